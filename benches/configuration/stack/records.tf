# Names that others rely on. Removing one breaks somebody: ask first.
locals {
  records_0 = {
    "status-0"  = { type = "CNAME", ttl = 300, values = ["status.example.com"] }
    "mail-0"    = { type = "MX", ttl = 3600, values = ["10 mx1.example.com", "20 mx2.example.com"] }
    "_dmarc-0"  = { type = "TXT", ttl = 3600, values = ["v=DMARC1; p=reject; rua=mailto:dmarc@example.com"] }
    "_verify-0" = { type = "TXT", ttl = 300, values = ["google-site-verification=not-a-secret"] }
  }
}

data "aws_route53_zone" "public_0" {
  name         = "example.com."
  private_zone = false
}

resource "aws_route53_record" "fixed_0" {
  for_each = local.records_0

  zone_id = data.aws_route53_zone.public_0.zone_id
  name    = "${each.key}.${local.name}"
  type    = each.value.type
  ttl     = each.value.ttl
  records = each.value.values
}

# Where people come in. The time to live is short, so that the name can be pointed elsewhere when a region is down: see the
# runbook for who decides that, and practise it before it is needed.
resource "aws_route53_record" "entry_0" {
  zone_id = data.aws_route53_zone.public_0.zone_id
  name    = "entry-0.${local.name}"
  type    = "CNAME"
  ttl     = 60
  records = ["entry.${local.name}.example.com"]
}
