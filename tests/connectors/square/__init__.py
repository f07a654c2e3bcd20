"""Tests of `connectors/square/`."""
