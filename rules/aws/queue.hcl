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
      if publisher.service != "s3" && !anytrue([
        for statement in local.statements :
        allows(statement, "sqs:SendMessage") && admits_service(statement, publisher.service) && admits_source(
          statement,
          publisher.source,
          referenced(publisher.source, ["aws_sns_topic", "aws_cloudwatch_event_rule"]),
        )
      ])
    ]
    # A role on a target serves the target itself, not its dead-letter queue.
    by_role = [
      for publisher in local.refused : publisher
      if publisher.by.resource_type == "aws_cloudwatch_event_target" ? is_set(publisher.by.role_arn) && !contains([for queue in referenced(publisher.by.dead_letter_config, "aws_sqs_queue") : queue.address], self.address) : false
    ]
    services = join(" and ", distinct([for publisher in local.refused : "${publisher.service}.amazonaws.com"]))
    lacks    = length(local.documents) == 0 ? "has no policy" : "has a policy that does not allow it"
  }

  skip = [
    # The policy may be where its URL goes.
    length(local.documents) == 0 && exported(self, "id", "url"),
  ]
  require = length(local.refused) == 0
  why     = "Subscription and rule are created without complaint, and then each delivery ends in an access error. SNS takes that for permanent and does not try again; EventBridge keeps the event only if it has a dead-letter queue."

  also {
    at   = local.refused[*].by
    note = "delivers here"
  }

  check "service" {
    severity = "error"
    skip     = length(local.refused) > 0 && length(local.by_role) == length(local.refused)
    message  = "${self.address} takes deliveries of ${names(local.refused[*].by)}, but ${local.lacks}: ${local.services} is refused"
  }

  check "role" {
    severity = "warning"
    skip     = length(local.by_role) != length(local.refused)
    message  = "${self.address} is the target of ${names(local.refused[*].by)} with a role, but ${local.lacks}: EventBridge documents resource policies only for queues, and delivery by a role may fail"
  }

  fix {
    text   = <<-EOT
      data "aws_iam_policy_document" "${self.resource_name}" {
        statement {
          actions   = ["sqs:SendMessage"]
          resources = [aws_sqs_queue.${self.resource_name}.arn]

          principals {
            type        = "Service"
            identifiers = ["sns.amazonaws.com"] # or events.amazonaws.com
          }

          condition {
            test     = "ArnEquals"
            variable = "aws:SourceArn"
            values   = [aws_sns_topic.events.arn] # or the rule's
          }
        }
      }

      resource "aws_sqs_queue_policy" "${self.resource_name}" {
        queue_url = aws_sqs_queue.${self.resource_name}.id
        policy    = data.aws_iam_policy_document.${self.resource_name}.json
      }
    EOT
    safety = "unsafe"
    impact = "new-resource"
    note   = "messages start to arrive at once; a queue has one policy, so add the statement to an existing one"
  }

  exceptions = [
    "policies that are not known",
    "only a warning for an EventBridge target with a role",
    "queues without a policy here whose id or URL is an output",
  ]
  sources = [
    "https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html",
    "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html",
    "https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html",
  ]
}
