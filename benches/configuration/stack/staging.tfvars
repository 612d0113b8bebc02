environment    = "staging"
cidr           = "10.0.0.0/16"
database_class = "db.t4g.small"

services = {
  web    = { environment = { LOG_LEVEL = "debug" } }
  worker = { replicas = 1 }
}
