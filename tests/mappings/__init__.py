"""Tests of `mappings/`."""
