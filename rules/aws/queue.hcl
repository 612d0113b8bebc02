rule "queue-policy-missing-for-publisher" {
  title    = "Queue does not let the service that delivers to it send messages"
  severity = "error"
  category = "correctness"
  scenario = "silent-loss"
  default  = "no policy: only principals of the own account with a policy of theirs"

  resource = "aws_sqs_queue"

  locals {
    documents  = queue_documents(self)
    statements = flatten([for document in local.documents : policy_statements(document)])
    refused = [
      for publisher in queue_publishers(self) : publisher
      if publisher.service != "s3" && !sends_by_role(publisher.by, self) && !anytrue([
        for statement in local.statements :
        allows(statement, "sqs:SendMessage") && admits_service(statement, publisher.service) && admits_source(
          statement,
          publisher.source,
          referenced(publisher.source, ["aws_sns_topic", "aws_cloudwatch_event_rule"]),
        )
      ])
    ]
    services = distinct([for publisher in local.refused : "${publisher.service}.amazonaws.com"])
    sources = distinct([
      for publisher in local.refused : source_written_in(
        publisher.source,
        publisher.service == "sns" ? null : bus_of(publisher.by),
        self,
      )
    ])
    queue = written_in(self, "arn", self)
    lacks = length(local.documents) == 0 ? "has no policy" : "has a policy that does not allow it"
  }

  skip = [
    # The policy may be where its URL goes.
    length(local.documents) == 0 && exported(self, "id", "url"),
  ]
  require = length(local.refused) == 0
  message = "${self.address} takes deliveries of ${names(local.refused[*].by)}, but ${local.lacks}: ${join(" and ", local.services)} ${length(local.services) == 1 ? "is" : "are"} refused"
  why     = "Subscription and rule are created without complaint, and then each delivery ends in an access error. SNS takes that for permanent and does not try again; EventBridge keeps the event only if it has a dead-letter queue."

  also {
    at   = local.refused[*].by
    note = "delivers here"
  }

  check "without-policy" {
    skip = length(local.documents) > 0
  }

  check "with-policy" {
    skip = length(local.documents) == 0

    fix {
      text   = <<-EOT
        # one statement more in the policy that the queue has
        statement {
          actions   = ["sqs:SendMessage"]
          resources = [${local.queue}]

          principals {
            type        = "Service"
            identifiers = ["${join("\", \"", local.services)}"]
          }

          condition {
            test     = "ArnLike"
            variable = "aws:SourceArn"
            values   = [${join(", ", local.sources)}]
          }
        }
      EOT
      safety = "unsafe"
      impact = "in-place"
      note   = "messages start to arrive at once; a queue has one policy"
    }
  }

  fix {
    text   = <<-EOT
      data "aws_iam_policy_document" "${self.resource_name}" {
        statement {
          actions   = ["sqs:SendMessage"]
          resources = [${local.queue}]

          principals {
            type        = "Service"
            identifiers = ["${join("\", \"", local.services)}"]
          }

          condition {
            test     = "ArnLike"
            variable = "aws:SourceArn"
            values   = [${join(", ", local.sources)}]
          }
        }
      }

      resource "aws_sqs_queue_policy" "${self.resource_name}" {
        queue_url = ${written_in(self, "id", self)}
        policy    = data.aws_iam_policy_document.${self.resource_name}.json
      }
    EOT
    safety = "unsafe"
    impact = "new-resource"
    note   = "messages start to arrive at once; a queue has one policy, so what a policy from elsewhere allows must stand in it as well"
  }

  exceptions = [
    "policies that are not known",
    "targets of EventBridge rules that are disabled, and those with a role, which needs no policy of the queue",
    "queues without a policy here whose id or URL is an output",
  ]
  sources = [
    "https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html",
    "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html",
    "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DisableRule.html",
    "https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html",
  ]
}
