# What differs between the environments of part 0, side by side, so that it is seen at a glance where staging is not like
# production. Numbers were measured in the last load test; the sheet with them is linked in the handbook.
locals {
  settings_0 = {
    staging = {
      workers         = 1
      batch_size      = 10
      timeout_seconds = 30
      log_level       = "debug"
      hosts           = ["staging-0.internal.example.com"]
      features = {
        exports   = true
        reminders = true
        payments  = false
      }
    }

    production = {
      workers         = 6
      batch_size      = 100
      timeout_seconds = 20
      log_level       = "info"
      hosts = [
        "blue-0.internal.example.com",
        "green-0.internal.example.com",
      ]
      features = {
        exports   = true
        reminders = true
        payments  = true
      }
    }
  }

  # Everything else is set up like staging.
  chosen_0 = lookup(local.settings_0, var.environment, local.settings_0["staging"])

  environment_0 = merge(
    {
      WORKERS         = tostring(local.chosen_0.workers)
      BATCH_SIZE      = tostring(local.chosen_0.batch_size)
      TIMEOUT_SECONDS = tostring(local.chosen_0.timeout_seconds)
      LOG_LEVEL       = local.chosen_0.log_level
      HOSTS           = join(",", local.chosen_0.hosts)
    },
    { for name, enabled in local.chosen_0.features : "FEATURE_${upper(name)}" => tostring(enabled) },
  )
}

output "environment_0" {
  description = "The environment variables of part 0, for whoever runs it on a laptop."
  value       = local.environment_0
}
