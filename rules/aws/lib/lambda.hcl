# Lambda functions as others name them.

function "lambda_functions" {
  params      = [name]
  description = "The functions that a name, an ARN or an alias means."
  value = concat(
    referenced(name, "aws_lambda_function"),
    flatten([for alias in referenced(name, "aws_lambda_alias") : referenced(alias.function_name, "aws_lambda_function")]),
  )
}

function "lambda_names" {
  params      = [name]
  description = "The names of the functions that a name, an ARN or an alias means; also of those that are not of this configuration."
  value = (
    is_known(length(lambda_functions(name))) && length(lambda_functions(name)) > 0
    ? [for run in lambda_functions(name) : run.function_name]
    : [try(regex(":function:([^:]+)", name)[0], regex("^([^:]+)", name)[0], name)]
  )
}
