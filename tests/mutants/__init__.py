"""Mutation testing: seeded bugs that the tests must catch (`make mutants`)."""
