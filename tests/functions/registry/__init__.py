"""Tests of `functions/registry/`."""
