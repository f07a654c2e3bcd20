"""Tests of `functions/delivery/`."""
