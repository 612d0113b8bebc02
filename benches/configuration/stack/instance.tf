# The importer of part 0 needs a licence that is bound to a machine, so that it cannot run in the cluster. It is made anew from
# an image of the vendor and keeps nothing on its own disk.
data "aws_ami" "importer_0" {
  most_recent = true
  owners      = ["aws-marketplace"]

  filter {
    name   = "name"
    values = ["importer-*-x86_64"]
  }

  filter {
    name   = "virtualization-type"
    values = ["hvm"]
  }
}

resource "aws_instance" "importer_0" {
  ami                     = data.aws_ami.importer_0.id
  instance_type           = local.is_production ? "m6i.xlarge" : "t3.large"
  subnet_id               = module.network.private_subnet_ids[0]
  monitoring              = true
  ebs_optimized           = true
  disable_api_termination = var.deletion_protection

  user_data = <<-EOT
    #!/bin/bash
    set -euo pipefail

    # The licence is looked up each time: it is renewed in the middle of the year.
    licence="$(aws ssm get-parameter --name "/${local.name}/0/licence" --query Parameter.Value --output text)"
    echo "$licence" > /etc/importer/licence
    chmod 0600 /etc/importer/licence

    cat > /etc/importer/importer.conf <<CONF
    region = ${var.region}
    stack = ${local.name}
    workers = 4
    CONF

    systemctl enable --now importer
  EOT

  user_data_replace_on_change = true

  root_block_device {
    volume_type           = "gp3"
    volume_size           = 80
    encrypted             = true
    delete_on_termination = true
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  tags = merge(local.tags, {
    Name   = "${local.name}-importer-0"
    Owner  = var.owner
    Backup = "none"
  })

  lifecycle {
    ignore_changes = [ami]
  }
}
