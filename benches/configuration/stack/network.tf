# Who may reach what in the part numbered 0.
resource "aws_security_group" "internal_0" {
  name        = "${local.name}-internal-0"
  description = "Traffic between the services"
  vpc_id      = module.network.vpc_id
  tags        = local.tags
}

resource "aws_security_group_rule" "internal_0" {
  security_group_id = aws_security_group.internal_0.id
  type              = "ingress"
  from_port         = 443
  to_port           = 443
  protocol          = "tcp"
  cidr_blocks       = var.allowed_cidrs
  description       = "HTTPS from ${join(" and ", var.allowed_cidrs)}"
}

resource "aws_security_group_rule" "out_0" {
  security_group_id = aws_security_group.internal_0.id
  type              = "egress"
  from_port         = 0
  to_port           = 0
  protocol          = "-1"
  cidr_blocks       = ["0.0.0.0/0"]
}
