"""A hub and where it runs: packaging, deployment, the embedded cloud, connections and tenants."""
