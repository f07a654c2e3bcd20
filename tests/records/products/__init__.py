"""Tests of `records/products/`."""
