function "elements" {
  params      = [list]
  description = "The elements of a list that may not be set."
  value       = try([for element in list : element], [])
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
