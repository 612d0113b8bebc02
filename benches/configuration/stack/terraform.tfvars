environment    = "production"
cidr           = "10.0.0.0/16"
alarm_actions  = ["arn:aws:sns:eu-west-1:111122223333:on-call"]
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
}
