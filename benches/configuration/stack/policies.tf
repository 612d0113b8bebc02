# What the deployment of part 0 may do. Kept apart from the roles, since it is reviewed by another team; see the
# handbook for how to ask for more.
data "aws_iam_policy_document" "release_0" {
  # Images are pushed by the pipeline only.
  statement {
    sid    = "PushImages"
    effect = "Allow"

    actions = [
      "ecr:BatchCheckLayerAvailability",
      "ecr:CompleteLayerUpload",
      "ecr:InitiateLayerUpload",
      "ecr:PutImage",
      "ecr:UploadLayerPart",
    ]

    resources = ["arn:aws:ecr:${var.region}:${local.account}:repository/${local.name}-0"]
  }

  statement {
    sid       = "LogIn"
    effect    = "Allow"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  statement {
    sid    = "Deploy"
    effect = "Allow"

    actions = [
      "ecs:DescribeServices",
      "ecs:DescribeTaskDefinition",
      "ecs:RegisterTaskDefinition",
      "ecs:UpdateService",
    ]

    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Stack"
      values   = [local.name]
    }
  }

  # Nobody changes the trail, not even by accident.
  statement {
    sid       = "KeepTheTrail"
    effect    = "Deny"
    actions   = ["cloudtrail:DeleteTrail", "cloudtrail:StopLogging", "cloudtrail:UpdateTrail"]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "release_0" {
  name        = "${local.name}-release-0"
  description = "What a release of part 0 may do"
  policy      = data.aws_iam_policy_document.release_0.json
  tags        = local.tags
}

# What the people may do who look after part 0 when something is wrong: read everything, and restart what hangs.
data "aws_iam_policy_document" "on_call_0" {
  statement {
    sid    = "Look"
    effect = "Allow"

    actions = [
      "cloudwatch:Describe*",
      "cloudwatch:Get*",
      "cloudwatch:List*",
      "ecs:Describe*",
      "ecs:List*",
      "logs:Describe*",
      "logs:FilterLogEvents",
      "logs:Get*",
      "logs:StartQuery",
      "logs:StopQuery",
      "rds:Describe*",
      "sqs:GetQueueAttributes",
      "sqs:ListQueues",
    ]

    resources = ["*"]
  }

  statement {
    sid       = "Restart"
    effect    = "Allow"
    actions   = ["ecs:StopTask", "ecs:UpdateService", "rds:RebootDBInstance"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Stack"
      values   = [local.name]
    }

    condition {
      test     = "Bool"
      variable = "aws:MultiFactorAuthPresent"
      values   = ["true"]
    }
  }
}
