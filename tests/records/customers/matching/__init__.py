"""Tests of `records/customers/matching/`."""
