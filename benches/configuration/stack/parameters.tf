# What the services of part 0 read when they start. Values that are not secret stand here, the others are put in by hand and
# never seen by Terraform: their resources only say that they exist and who may read them.
resource "aws_ssm_parameter" "log_level_0" {
  name            = "/${local.name}/0/log-level"
  description     = "How much the services of part 0 say; read when they start"
  type            = "String"
  value           = local.is_production ? "info" : "debug"
  allowed_pattern = "^(debug|info|warning|error)$"

  tags = merge(local.tags, {
    Owner = var.owner
  })
}

resource "aws_secretsmanager_secret" "partner_0" {
  name                    = "${local.name}/partner-0"
  description             = "The key for the interface of the partner of part 0; ask the owner for a new one"
  recovery_window_in_days = 30

  tags = merge(local.tags, {
    Owner    = var.owner
    Rotation = "manual"
  })
}

data "aws_iam_policy_document" "read_parameters_0" {
  statement {
    sid       = "ReadParameters"
    effect    = "Allow"
    actions   = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"]
    resources = ["arn:aws:ssm:${var.region}:${local.account}:parameter/${local.name}/0/*"]
  }

  statement {
    sid       = "ReadSecret"
    effect    = "Allow"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.partner_0.arn]
  }
}

resource "aws_iam_policy" "read_parameters_0" {
  name        = "${local.name}-read-parameters-0"
  description = "Reading what the services of part 0 need when they start"
  policy      = data.aws_iam_policy_document.read_parameters_0.json
}
