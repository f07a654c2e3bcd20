"""Tests of `records/customers/`."""
