# Images and where they come from.

function "is_private_ecr" {
  params      = [image]
  description = "Whether an image lies in a private repository of Amazon ECR."
  value = (
    anytrue([for source in referenced(image) : startswith(source.resource_type, "aws_ecr_")])
    || can(regex("^[0-9]+\\.dkr\\.ecr(-fips)?\\.[a-z0-9-]+\\.amazonaws\\.com", image))
  )
}

function "public_registry" {
  params      = [image]
  description = "The public registry that an image comes from; null where it is another one."
  value = (
    is_private_ecr(image) ? null :
    # A first part without dot or colon is no host.
    length(split("/", image)) == 1 || !(has_part(split("/", image)[0], ".", ":") || split("/", image)[0] == "localhost") ? "docker.io" :
    is_public_registry(split("/", image)[0]) ? split("/", image)[0] : null
  )
}

function "is_public_registry" {
  params      = [host]
  description = "Whether everybody can pull from the registry at a host."
  value = contains([
    "docker.elastic.co",
    "docker.io",
    "gcr.io",
    "ghcr.io",
    "index.docker.io",
    "lscr.io",
    "mcr.microsoft.com",
    "nvcr.io",
    "public.ecr.aws",
    "quay.io",
    "registry-1.docker.io",
    "registry.gitlab.com",
    "registry.k8s.io",
  ], host) || endswith(host, ".gcr.io")
}

function "copy_of_image" {
  params      = [image]
  description = "How a copy of an image in a repository of ECR is written, with its name and its tag or digest."
  value       = "\"$${aws_ecr_repository.${replace(regex("([^/:@]+)(?:[:@][^/]*)?$", image)[0], "/[^A-Za-z0-9_]/", "_")}.repository_url}${can(regex("[:@][^/]*$", image)) ? regex("[:@][^/]*$", image) : ":latest"}\""
}

function "names_proxy" {
  params      = [variables]
  description = "Whether one of these environment variables says which proxy leads out."
  value       = anytrue([for name in variables : contains(["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"], upper(name))])
}

function "lone_cluster_is_cut_off" {
  params      = []
  description = "Whether the only EKS cluster of the configuration has nodes, none of which has a way out, not even through a proxy."
  value = length(resources("aws_eks_cluster")) == 1 && (
    length(cluster_compute(resources("aws_eks_cluster")[0])) > 0
    && alltrue([for part in cluster_compute(resources("aws_eks_cluster")[0]) : eks_is_cut_off(part)])
    && length(eks_self_managed_nodes(resources("aws_eks_cluster")[0])) == 0
    && !eks_auto_mode(resources("aws_eks_cluster")[0])
    && !anytrue([for template in resources("aws_launch_template") : template.user_data == null ? false : strcontains(upper(base64decode(template.user_data)), "HTTPS_PROXY")])
  )
}

function "cluster_compute" {
  params      = [cluster]
  description = "The node groups and Fargate profiles of a cluster."
  value       = concat(eks_node_groups(cluster), eks_fargate_profiles(cluster))
}
