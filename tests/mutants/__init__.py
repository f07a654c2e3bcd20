"""Tests of `mutants/`."""
