"""Tests of `functions/inbound/`."""
