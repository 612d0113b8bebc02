environment    = "staging"
cidr           = "10.0.0.0/16"
alarm_actions  = ["arn:aws:sns:eu-west-1:111122223333:on-call"]
database_class = "db.t4g.small"

services = {
  web    = { environment = { LOG_LEVEL = "debug" } }
  worker = { replicas = 1 }
}
