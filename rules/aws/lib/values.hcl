function "elements" {
  params      = [list]
  description = "The elements of a list that may not be set."
  value       = try([for element in list : element], [])
}

function "nowhere" {
  params      = [type]
  description = "Whether a configuration has no resource of a type, and no module that is not on disk and might have one."
  value       = length(resources(type)) == 0 && !anytrue([for settings in terraform_blocks() : settings.unseen_modules])
}

function "tag_value" {
  params      = [instance, key]
  description = "The value of a tag, the provider's default tags included; null where there is none."
  value       = lookup(tags(instance), key, null)
}

function "spelled_alike" {
  params      = [a, b]
  description = "Whether two names differ in case and separators only."
  value       = lower(replace(a, "/[-_ .:]/", "")) == lower(replace(b, "/[-_ .:]/", ""))
}

# Where there are thousands of two kinds, not each of one is compared with all of the other.

function "candidates" {
  params      = [all, index, keys]
  description = "Those of all instances that an index has under one of these keys or under a question mark, where it has those of which the key is not known; all where a key is a question mark, or where it is not known how many there are."
  value = (
    !is_known(length(all)) || contains(keys, "?")
    ? all
    : distinct(flatten([for key in concat(keys, ["?"]) : lookup(index, key, [])]))
  )
}

function "by_key" {
  params      = [pairs]
  description = "Objects with key and value as lists of the values by key, for candidates(): a question mark always has one."
  # Looking for what is not there goes through all that is.
  value = merge({ "?" = [] }, { for pair in pairs : pair.key => pair.value... })
}
