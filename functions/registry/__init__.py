"""Which connections, connectors, secrets and tenants there are."""
