"""Tests of `records/orders/`."""
