"""Tests of `connectors/amazon/`."""
