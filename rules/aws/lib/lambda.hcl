# Lambda functions as others name them.

function "lambda_functions" {
  params      = [name]
  description = "The functions that a name, an ARN or an alias means."
  value = concat(
    referenced(name, "aws_lambda_function"),
    flatten([for alias in referenced(name, "aws_lambda_alias") : referenced(alias.function_name, "aws_lambda_function")]),
  )
}
