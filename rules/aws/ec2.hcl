rule "ec2-ami-most-recent" {
  title    = "The next AMI release will destroy this instance"
  severity = "error"
  category = "durability"
  scenario = "human-error"

  resource = "aws_instance"
  first    = true

  locals {
    moving = [
      for image in referenced(self.ami) : image
      if image.kind == "data" && (
        image.resource_type == "aws_ami" ? !leaves_out(image, image.most_recent) && image.most_recent && !pins_image(image)
        # A name that ends in a version, as in name:42, does not move.
        : image.resource_type == "aws_ssm_parameter" ? startswith(image.name, "/aws/service/") && !can(regex(":[0-9]+$", image.name)) && has_word(image.name, "latest", "recommended", "current")
        : false
      )
    ]
    ignored = anytrue([for argument in ["ami", "all"] : contains(self.lifecycle.ignore_changes, argument)])
    # What does not outlive the instance: volumes that are attached by aws_volume_attachment do.
    disks = length(self.ebs_block_device) > 0 ? "its root volume and ${plural(length(self.ebs_block_device), "ebs_block_device")}" : "its root volume"
    spare = coalesce(self.lifecycle.create_before_destroy, false) && length(self.ebs_block_device) == 0 && length(self.ephemeral_block_device) == 0
  }

  skip    = local.ignored
  at      = self.ami
  message = "${self.address} takes its AMI from ${names(local.moving)}: when the next image is published, whatever apply comes first replaces the server${is_known(local.disks) ? " with ${local.disks}" : ""}"
  why     = "ami cannot be changed in place. On the day a new image appears, an apply that is about something else terminates the server with its root volume and every ebs_block_device, in the middle of the day. Only volumes that are attached by aws_volume_attachment are there afterwards."

  check "with_data" {
    skip    = local.spare
    require = length(local.moving) == 0
  }

  check "create_before_destroy" {
    severity = "warning"
    require  = length(local.moving) == 0
    message  = "${self.address} takes its AMI from ${names(local.moving)}: when the next image is published, whatever apply comes first replaces the server, after its successor has started"
  }

  also {
    at   = local.moving
    note = "resolves to the newest image at each plan"
  }

  fix {
    text   = <<-EOT
      lifecycle {
        ignore_changes = [ami]
      }
    EOT
    safety = "safe"
    impact = "none"
    note   = "the image is then changed on purpose, with terraform apply -replace"
  }

  exceptions = [
    "image filters that name one build, without a wildcard",
    "public parameters whose name ends in a version, as in name:42",
  ]
  sources = [
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/instance",
    "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/ec2/ec2_instance.go",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/volume_attachment",
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html",
  ]
}
