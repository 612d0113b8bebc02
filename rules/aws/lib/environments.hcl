function "says_nonproduction" {
  params      = [name]
  description = "Whether a name says that it is for development, tests or the like."
  value       = has_word(name, ["dev", "develop", "development", "test", "testing", "qa", "stage", "staging", "sandbox", "nonprod", "preprod", "demo", "scratch", "temp", "tmp", "ephemeral"])
}
