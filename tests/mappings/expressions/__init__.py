"""Tests of `mappings/expressions/`."""
