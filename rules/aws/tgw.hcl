rule "tgw-appliance-mode-disabled" {
  title    = "Inspection VPC is attached without appliance mode, so replies take another firewall"
  severity = "error"
  category = "correctness"
  scenario = "silent-loss"
  default  = "disable"

  resource = "aws_ec2_transit_gateway_vpc_attachment"

  locals {
    attached   = subnets(self.subnet_ids)
    inspecting = inspecting_subnets(self.vpc_id)
  }

  skip = [
    length(local.inspecting) == 0,
    zone_count(local.inspecting) < 2,
    zone_count(local.attached) < 2,
    !receives_from_gateway(self),
  ]
  require = self.appliance_mode_support == "enable"
  at      = self.appliance_mode_support
  message = "${self.address} enters a VPC that inspects traffic in ${zone_count(local.inspecting)} zones, with appliance mode off: the two directions of a connection may take different firewalls"
  why     = "A transit gateway keeps traffic in the zone it came from. The request and the reply of one connection come from different zones and so meet different firewalls; the second one has not seen the connection begin and drops it. It is a part of the connections only, which makes it hard to find."

  also {
    at   = [for subnet in local.inspecting : subnet]
    note = "traffic is inspected here"
  }

  fix {
    set    = { appliance_mode_support = "enable" }
    safety = "safe"
    impact = "in-place"
    note   = "flows that exist may be moved once to another zone"
  }

  exceptions = [
    "firewalls and endpoints of Gateway Load Balancers in one zone, and attachments in one zone",
    "attachments to which the transit gateway, declared here with its route tables, sends nothing",
  ]
  sources = [
    "https://docs.aws.amazon.com/network-firewall/latest/developerguide/vpc-config-tgw-multi-az.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ec2_transit_gateway_vpc_attachment",
  ]
}

rule "tgw-attachment-missing-az" {
  title    = "Transit gateway attachment leaves out zones whose subnets route to it"
  severity = "error"
  category = "availability"
  scenario = "silent-loss"

  resource = "aws_ec2_transit_gateway_vpc_attachment"

  locals {
    attached = subnets(self.subnet_ids)
    missing = [
      for subnet in subnets_in(vpc(self)) : subnet
      if !outside_the_zones(subnet) && !covers_zone_of(local.attached, subnet) && anytrue([
        for route in routes_of_subnet(subnet) :
        is_set(try(route.transit_gateway_id, null)) && named_alike(route.transit_gateway_id, self.transit_gateway_id)
      ])
    ]
  }

  skip    = length(local.attached) == 0
  require = length(local.missing) == 0
  at      = self.subnet_ids
  message = "${self.address} has no subnet in the zone of ${names(local.missing)}, from where routes lead to it: that traffic is dropped"
  why     = "A transit gateway takes traffic from a zone only if the attachment has a subnet there. In a zone without one the routes look right and the packets are lost; nothing fails at the apply."

  also {
    at   = [for subnet in local.missing : subnet]
    note = "its routes lead to the transit gateway, its zone is not attached"
  }

  fix {
    text   = <<-EOT
      subnet_ids = aws_subnet.tgw[*].id # one in each zone
    EOT
    safety = "unsafe"
    impact = "in-place"
    note   = "subnets are added online"
  }

  exceptions = [
    "subnets in Local Zones, Wavelength Zones and on Outposts",
    "routes to a transit gateway with another id, and zones that cannot be compared",
  ]
  sources = [
    "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html",
    "https://docs.aws.amazon.com/goto/WebAPI/ec2/CreateTransitGatewayVpcAttachment",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ec2_transit_gateway_vpc_attachment",
  ]
}
