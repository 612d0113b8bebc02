rule "sns-aws-managed-key-with-service-publisher" {
  title    = "Topic is encrypted with a key that the services which publish to it may not use"
  severity = "error"
  category = "operability"
  scenario = "silent-loss"
  default  = "no key"

  resource = "aws_sns_topic"

  locals {
    publishers = topic_publishers(self)
    by_service = concat(local.publishers[*].by, referrers(self, "aws_db_event_subscription", "sns_topic"), referrers(self, "aws_autoscaling_notification", "topic_arn"), referrers(self, "aws_codestarnotifications_notification_rule", "target.address"), referrers(self, "aws_backup_vault_notifications", "sns_topic_arn"), referrers(self, "aws_cloudtrail", "sns_topic_name"))
    keys       = customer_keys(self.kms_master_key_id)
    documents  = flatten([for key in local.keys : key_documents(key)])
    refused    = [for publisher in local.publishers : publisher if !key_serves(local.documents, publisher.service)]
    # Statements for EventBridge that ask for what its requests do not carry.
    statements = [for statement in flatten([for document in local.documents : policy_statements(document)]) : statement if allows(statement, "kms:GenerateDataKey") && admits_service(statement, "events")]
    narrow     = [for statement in local.statements : statement if anytrue([for condition in statement.conditions : contains(["aws:sourcearn", "aws:sourceaccount"], lower(condition.key))])]

    # What the fixes let use the key.
    services  = try(distinct([for publisher in local.publishers : "${publisher.service}.amazonaws.com"]), [])
    missing   = distinct([for publisher in local.refused : "${publisher.service}.amazonaws.com"])
    document  = try(regex("^data\\.aws_iam_policy_document\\.[A-Za-z0-9_-]+", written(local.keys[0], "policy")), null)
    as_block  = "# in ${local.document == null ? "" : local.document}\nstatement {\n  actions   = [\"kms:GenerateDataKey*\", \"kms:Decrypt\"]\n  resources = [\"*\"]\n\n  principals {\n    type        = \"Service\"\n    identifiers = ${jsonencode(local.missing)}\n  }\n}"
    as_object = "# one more statement in the policy of ${local.keys[0].block_address}\n{\n  Effect    = \"Allow\"\n  Principal = { Service = ${jsonencode(local.missing)} }\n  Action    = [\"kms:GenerateDataKey*\", \"kms:Decrypt\"]\n  Resource  = \"*\"\n}"
  }

  skip = !is_set(self.kms_master_key_id)
  at   = self.kms_master_key_id
  why  = "A service encrypts what it publishes, and needs the topic's key for that. The alarm turns red, the publish is refused and nobody is paged; rules that ask for an encrypted topic lead straight here and are content."

  check "managed" {
    skip    = !managed_key_alias(self.kms_master_key_id, "sns")
    require = length(local.by_service) == 0
    message = "${self.address} is encrypted with alias/aws/sns, whose policy nobody can change: what ${names(local.by_service)} ${publish_or_publishes(local.by_service)} is refused"

    also {
      at   = local.by_service
      note = "publishes to the topic"
    }
  }

  check "customer" {
    skip = [
      managed_key_alias(self.kms_master_key_id, "sns"),
      length(local.documents) == 0,
    ]
    require = length(local.refused) == 0
    message = "${self.address} is encrypted with ${names(local.keys)}, whose policy does not let ${principals_of(local.refused, "the services that publish")} use it: what ${names(local.refused[*].by)} ${publish_or_publishes(local.refused[*].by)} is refused"

    also {
      at   = local.keys[0].policy
      note = "the key's policy"
    }
    also {
      at   = local.refused[*].by
      note = "publishes to the topic"
    }

    fix {
      text   = local.document == null ? local.as_object : local.as_block
      safety = "unsafe"
      impact = "in-place"
      note   = "what was refused is published from then on"
    }
  }

  check "event-source" {
    severity = "advice"
    skip = [
      managed_key_alias(self.kms_master_key_id, "sns"),
      length(local.statements) == 0,
      length(referrers(self, "aws_cloudwatch_event_target", "arn")) == 0,
    ]
    require = length(local.narrow) < length(local.statements)
    message = "${self.address} is encrypted with ${names(local.keys)}, whose policy lets EventBridge use it only under a condition on aws:SourceArn or aws:SourceAccount, which its requests for an encrypted topic do not meet"

    also {
      at   = local.keys[0].policy
      note = "the key's policy"
    }
  }

  fix {
    text   = <<-EOT
      # A key whose policy allows kms:GenerateDataKey* and kms:Decrypt to ${try(known_text(local.services[0]), "cloudwatch.amazonaws.com")}${length(local.services) > 1 ? " and the other services that publish" : ""}
      kms_master_key_id = aws_kms_key.alerts.arn
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "a key of one's own has a monthly fee; a topic without a key works as well"
  }

  exceptions = [
    "topics to which only roles of applications publish",
    "keys whose policy is not written here",
  ]
  sources = ["https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html"]
  peers   = ["CKV_AWS_26", "AWS-0095", "AWS-0136", "SNS.1"]
}

rule "sns-http-retry-default" {
  title    = "Webhook is given up after three retries in about a minute"
  severity = "warning"
  category = "availability"
  scenario = "bad-deploy"
  default  = "3 retries, 20 seconds apart"

  resource   = "aws_sns_topic_subscription"
  supersedes = ["sns-subscription-without-dlq"]

  setting "max_default_retries" {
    default     = 3
    description = "retries up to which a policy counts as no better than the default"
  }

  locals {
    topics = referenced(self.topic_arn, "aws_sns_topic")
    # A policy of the subscription wins over the topic's.
    retries = is_text(self.delivery_policy) ? try(jsondecode(self.delivery_policy).healthyRetryPolicy.numRetries, 3) : try(jsondecode(local.topics[0].delivery_policy).http.defaultHealthyRetryPolicy.numRetries, 3)
  }

  skip = [
    !contains(["http", "https"], self.protocol),
    is_paging_service(self.endpoint),
    !is_known(self.endpoint),
    !is_text(self.delivery_policy) && length(local.topics) == 0,
  ]
  require = local.retries > setting.max_default_retries
  at      = self.delivery_policy
  message = "${self.address} tries ${self.endpoint} ${plural(local.retries, "time")} again and then drops the message"
  why     = "Twenty seconds lie between the three retries of the default: a receiver that restarts for a minute loses every message that was published meanwhile."

  fix {
    text   = <<-EOT
      delivery_policy = jsonencode({
        healthyRetryPolicy = {
          numRetries         = 50
          numNoDelayRetries  = 3
          numMinDelayRetries = 2
          numMaxDelayRetries = 35
          minDelayTarget     = 1
          maxDelayTarget     = 60
          backoffFunction    = "exponential"
        }
      })
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "retries may last an hour at most in all, and the receiver must cope with duplicates; a redrive_policy keeps what is dropped even then"
  }

  exceptions = [
    "endpoints of managed paging services, and those that are not known",
    "topics that are declared elsewhere and may have a policy for all their subscriptions",
  ]
  sources = [
    "https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sns_topic_subscription",
  ]
}

rule "sns-subscription-without-dlq" {
  title    = "Subscription drops messages that it cannot deliver"
  severity = "warning"
  category = "durability"
  scenario = "silent-loss"
  default  = "none: a message is dropped when its retries are used up"

  resource = "aws_sns_topic_subscription"

  require = is_text(self.redrive_policy)
  message = "${self.address} has no dead-letter queue for messages that its ${self.protocol} endpoint does not take"
  why     = "What a deleted endpoint, a missing permission or a wrong key refuses is not tried again at all. Errors of the server are retried for 23 days with SQS and Lambda, but only a few times over HTTP. Then the message is gone, and only a metric remembers it."

  check "webhook" {
    severity = "warning"
    skip = [
      !contains(["http", "https"], self.protocol),
      is_paging_service(self.endpoint),
      !is_known(self.endpoint),
    ]
  }

  check "service" {
    severity = "advice"
    skip     = !contains(["sqs", "lambda", "firehose"], self.protocol)
  }

  fix {
    text   = <<-EOT
      redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.${self.resource_name}_undelivered.arn })
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "needs a queue (FIFO for a FIFO topic) with a policy that lets sns.amazonaws.com send to it"
  }

  exceptions = [
    "mail and text messages",
    "endpoints of managed paging services, and those that are not known",
  ]
  sources = [
    "https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sns_topic_subscription",
  ]
}

rule "sns-topic-policy-missing-for-publisher" {
  title    = "Topic does not let the service that publishes to it"
  severity = "error"
  category = "operability"
  scenario = "silent-loss"
  default  = "only the account that owns the topic"

  resource = "aws_sns_topic"

  locals {
    documents  = topic_documents(self)
    statements = [for statement in flatten([for document in local.documents : policy_statements(document)]) : statement if allows(statement, "sns:Publish")]
    publishers = topic_publishers(self)
    refused    = [for publisher in local.publishers : publisher if publisher.service != "cloudwatch" && !publishes_by_role(publisher.by) && !anytrue([for statement in local.statements : admits_service(statement, publisher.service)])]
    services   = distinct([for publisher in local.refused : "${publisher.service}.amazonaws.com"])
    are        = is_known(length(local.services)) && length(local.services) > 1 ? "are" : "is"
    alarms     = [for publisher in local.publishers : publisher.by if publisher.service == "cloudwatch"]
    topic      = written_in(self, "arn", self)
    # Alarms publish under the default policy, which a policy replaces.
    admitted = concat(local.services, is_known(length(local.alarms)) && length(local.alarms) > 0 ? ["cloudwatch.amazonaws.com"] : [])
    lacks    = length(local.documents) == 0 ? "has only the default policy, for its own account" : "has a policy that does not allow it"
    # What the default policy says, in one of its forms.
    for_account = anytrue([
      for statement in local.statements : anytrue([
        admits_service(statement, "cloudwatch"),
        anytrue([for principal in statement.principals : principal.type == "AWS" && anytrue([principal.id == "*", endswith(principal.id, ":root"), can(regex("^[0-9]{12}$", principal.id))])]),
        anytrue([for condition in statement.conditions : contains(["aws:sourceowner", "aws:sourceaccount", "aws:principalaccount"], lower(condition.key))]),
      ])
    ])
  }

  skip = length(local.documents) == 0 && exported(self, "arn", "id")
  why  = "Alarms of the same account publish under the default policy, EventBridge, S3, Budgets and Cost Anomaly Detection do not. And a policy of one's own replaces the default one, alarms included. It all applies cleanly, and the notification is dropped."

  check "service" {
    severity = "error"
    skip     = length(local.documents) > 0
    require  = length(local.refused) == 0
    message  = "${self.address} takes what ${names(local.refused[*].by)} ${publish_or_publishes(local.refused[*].by)}, but ${local.lacks}: ${principals_of(local.refused, "the service")} ${local.are} refused"

    also {
      at   = local.refused[*].by
      note = "publishes here"
    }
  }

  check "service-with-policy" {
    severity = "error"
    skip     = length(local.documents) == 0
    require  = length(local.refused) == 0
    message  = "${self.address} takes what ${names(local.refused[*].by)} ${publish_or_publishes(local.refused[*].by)}, but ${local.lacks}: ${principals_of(local.refused, "the service")} ${local.are} refused"

    also {
      at   = local.refused[*].by
      note = "publishes here"
    }

    fix {
      text   = <<-EOT
        # one statement more in the policy that the topic has
        statement {
          actions   = ["sns:Publish"]
          resources = [${local.topic}]

          principals {
            type        = "Service"
            identifiers = ["${join("\", \"", local.services)}"]
          }
        }
      EOT
      safety = "unsafe"
      impact = "in-place"
      note   = "a topic has one policy"
    }
  }

  check "alarms" {
    severity = "error"
    skip     = [length(local.documents) == 0, length(local.alarms) == 0]
    require  = local.for_account
    message  = "${self.address} has a policy in place of the default one that admits neither cloudwatch.amazonaws.com nor the account: ${names(local.alarms)} cannot publish"

    also {
      at   = local.alarms
      note = "publishes here"
    }

    fix {
      text   = <<-EOT
        # one statement more in the policy that the topic has
        statement {
          actions   = ["sns:Publish"]
          resources = [${local.topic}]

          principals {
            type        = "Service"
            identifiers = ["cloudwatch.amazonaws.com"]
          }
        }
      EOT
      safety = "unsafe"
      impact = "in-place"
      note   = "a topic has one policy; restrict the statement to the account by aws:SourceAccount"
    }
  }

  fix {
    text   = <<-EOT
      data "aws_iam_policy_document" "${self.resource_name}" {
        statement {
          actions   = ["sns:Publish"]
          resources = [${local.topic}]

          principals {
            type        = "Service"
            identifiers = ["${join("\", \"", local.admitted)}"]
          }
        }
      }

      resource "aws_sns_topic_policy" "${self.resource_name}" {
        arn    = ${local.topic}
        policy = data.aws_iam_policy_document.${self.resource_name}.json
      }
    EOT
    safety = "unsafe"
    impact = "new-resource"
    note   = "replaces the default policy: what publishes with the rights of the account then needs a statement too, unless a policy of its own allows it"
  }

  exceptions = [
    "policies that are not known",
    "targets of EventBridge rules that are disabled, and those with a role, which needs no policy of the topic",
    "topics without a policy here whose ARN is an output",
  ]
  sources = [
    "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html",
    "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DisableRule.html",
    "https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html",
  ]
}
