"""Tests of `ops/bench/`."""
