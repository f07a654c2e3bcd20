"""The commands of `tributary`: one module for each group of commands."""
