"""The contract of facts and bus events."""
