"""Tests of `real/`."""
