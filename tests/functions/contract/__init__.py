"""Tests of `functions/contract/`."""
