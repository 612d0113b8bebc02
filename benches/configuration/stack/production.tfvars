environment    = "production"
cidr           = "10.0.0.0/16"
alarm_actions  = ["arn:aws:sns:eu-west-1:111122223333:on-call"]
database_class = "db.r6g.large"

services = {
  web    = { environment = { LOG_LEVEL = "debug" } }
  worker = { replicas = 1 }
}
