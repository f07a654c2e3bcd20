"""Tests of `ops/hub/`."""
