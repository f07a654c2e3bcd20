"""Tests of `records/store/`."""
