"""Tests of `ops/commands/`."""
