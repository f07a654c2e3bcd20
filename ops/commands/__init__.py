"""The commands of `tributary`, one module a group."""
