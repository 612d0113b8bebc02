# Who may reach the parts numbered 0. Rules are resources of their own, so that one of them can be changed without a plan
# that shows all the others.
resource "aws_security_group" "clients_0" {
  name        = "${local.name}-clients-0"
  description = "Whoever may call the services of part 0"
  vpc_id      = module.network.vpc_id

  tags = merge(local.tags, {
    Name  = "${local.name}-clients-0"
    Owner = var.owner
  })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "clients_https_0" {
  security_group_id            = aws_security_group.clients_0.id
  description                  = "HTTPS from the members of the group"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = aws_security_group.clients_0.id
}

# The probes of the monitoring come from outside of the VPC.
resource "aws_vpc_security_group_ingress_rule" "clients_probe_0" {
  count = var.probe_cidr == null ? 0 : 1

  security_group_id = aws_security_group.clients_0.id
  description       = "Health checks from the monitoring"
  ip_protocol       = "tcp"
  from_port         = var.probe_port
  to_port           = var.probe_port
  cidr_ipv4         = var.probe_cidr
}

resource "aws_vpc_security_group_egress_rule" "clients_0" {
  security_group_id = aws_security_group.clients_0.id
  description       = "Whatever the services call"
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}
