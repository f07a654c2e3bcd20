"""Tests of `functions/`."""
