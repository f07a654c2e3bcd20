"""Tests of `connectors/workshop/`."""
