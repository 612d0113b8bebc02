# HTTP endpoints.

function "is_paging_service" {
  params      = [endpoint]
  description = "Whether an endpoint is a managed service that pages people, which copes with failures by itself."
  value = anytrue([
    for domain in ["pagerduty.com", "opsgenie.com", "victorops.com", "incident.io", "chatbot.amazonaws.com"] : anytrue([
      for pattern in ["http*://${domain}", "http*://${domain}/*", "http*://*.${domain}", "http*://*.${domain}/*"] : wildcard_matches(pattern, endpoint)
    ])
  ])
}
