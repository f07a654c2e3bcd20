"""Tests of `ops/`."""
