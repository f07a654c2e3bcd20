"""Tests of `functions/privacy/`."""
