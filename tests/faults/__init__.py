"""Tests of `faults/`."""
