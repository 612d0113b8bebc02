function "says_nonproduction" {
  params      = [name]
  description = "Whether a name says that it is for development, tests or the like. What is not known of it says nothing."
  value       = is_known(has_nonproduction_word(name)) && has_nonproduction_word(name)
}

function "has_nonproduction_word" {
  params      = [name]
  description = "Whether a word of a name is that of an environment other than production."
  value       = has_word(name, nonproduction_words())
}
