"""The REST API: one module a resource, each with its models and routes; every request passes the gate."""
