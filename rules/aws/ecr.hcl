rule "ecr-public-image-without-internet" {
  title    = "Workload without internet access uses an image from a public registry"
  severity = "error"
  category = "availability"
  scenario = "cannot-apply"
  default  = "docker.io, where an image names no registry"

  resource = [
    "aws_ecs_task_definition",
    "helm_release",
    "kubernetes_daemon_set_v1",
    "kubernetes_deployment",
    "kubernetes_deployment_v1",
    "kubernetes_stateful_set_v1",
  ]

  why = "The endpoints of ECR serve private repositories only. Docker Hub, quay.io or public.ecr.aws cannot be reached without a way to the internet, so that no task or pod ever starts; the first pull through a pull-through cache needs one too."

  check "task" {
    locals {
      containers = ecs_containers(self)
      images     = [for container in local.containers : container.image if public_registry(container.image) != null]
      services   = [for service in ecs_task_services(self) : service if ecs_is_cut_off(service)]
      has_proxy  = anytrue([for container in local.containers : names_proxy([for variable in elements(try(container.environment, null)) : variable.name])])
    }
    skip    = [self.type != "aws_ecs_task_definition", local.has_proxy || length(local.services) == 0]
    require = length(local.images) == 0
    at      = self.container_definitions
    message = "${names(local.services)} has no way to the internet and cannot pull ${names(local.images)} from ${names(distinct([for image in local.images : public_registry(image)]))}"
    also {
      at   = local.services
      note = "runs it in subnets without a default route"
    }

    fix {
      text   = "image = ${copy_of_image(local.images[0])}"
      safety = "unsafe"
      impact = "new-resource"
      note   = "copy the image to a repository of ECR first; a rolling deployment follows"
    }
  }

  check "workload" {
    locals {
      pods = self.type == "aws_ecs_task_definition" || self.type == "helm_release" ? [] : flatten([
        for spec in elements(self.spec) : [for template in elements(spec.template) : [for pod in elements(template.spec) : concat(elements(try(pod.container, null)), elements(try(pod.init_container, null)))]]
      ])
    }
    skip = [
      !lone_cluster_is_cut_off(),
      anytrue([for container in local.pods : names_proxy([for variable in elements(try(container.env, null)) : variable.name])]),
    ]
    for_each = local.pods
    require  = public_registry(each.value.image) == null
    at       = each.value.image
    message  = "the nodes of ${resources("aws_eks_cluster")[0].address} have no way to the internet and cannot pull ${each.value.image} from ${public_registry(each.value.image)}"

    fix {
      text   = "image = ${copy_of_image(each.value.image)}"
      safety = "unsafe"
      impact = "new-resource"
      note   = "copy the image to a repository of ECR first; a rolling deployment follows"
    }
  }

  check "chart" {
    locals {
      # Only values that name a host: a chart may put another one in front of the others.
      written = self.type != "helm_release" ? [] : concat(
        [for value in elements(self.set) : value.value if can(regex("(^|[.])(image|repository|registry)$", value.name))],
        flatten([for text in elements(self.values) : flatten(regexall("(?m)(?:repository|registry|image)[\"']?:[ ]*[\"']?([^\\s\"',}]+)", text))]),
      )
      images = [for image in local.written : image if strcontains(split("/", image)[0], ".") && public_registry("${image}/") != null]
    }
    skip = [
      self.type != "helm_release",
      !lone_cluster_is_cut_off(),
      anytrue([for text in elements(self.values) : strcontains(upper(text), "HTTPS_PROXY")]),
    ]
    require = length(local.images) == 0
    at      = [self.values, self.set]
    message = "the nodes of ${resources("aws_eks_cluster")[0].address} have no way to the internet and cannot pull from ${names(distinct(local.images))}"
  }

  fix {
    text   = <<-EOT
      image = "$${aws_ecr_repository.nginx.repository_url}:1.27"
    EOT
    safety = "unsafe"
    impact = "new-resource"
    note   = "copy the image to a repository of ECR first; a rolling deployment follows"
  }

  exceptions = [
    "images of registries that are not known to be public, and images whose names are not known",
    "containers or charts that are given a proxy",
    "subnets with a route to another network, such as a transit gateway",
    "configurations with several EKS clusters: which one a workload runs on is then not certain",
  ]
  sources = [
    "https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html",
    "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html",
  ]
}
