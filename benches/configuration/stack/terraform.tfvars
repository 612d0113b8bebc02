environment    = "production"
cidr           = "10.0.0.0/16"
database_class = "db.r6g.large"

services = {
  web = {
    replicas    = 3
    cpu         = 512
    memory      = 1024
    environment = { LOG_LEVEL = "info" }
  }
  worker = {
    replicas = 1 # until the queue is sharded
  }
  mailer = {}
}
