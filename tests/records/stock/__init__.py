"""Tests of `records/stock/`."""
