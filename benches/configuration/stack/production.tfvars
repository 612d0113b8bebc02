environment    = "production"
cidr           = "10.0.0.0/16"
database_class = "db.r6g.large"

services = {
  web    = { environment = { LOG_LEVEL = "debug" } }
  worker = { replicas = 1 }
}
