"""Tests of `mappings/values/`."""
