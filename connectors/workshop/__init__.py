"""For those who write connectors: lint, a scaffold, and the conformance kit."""
