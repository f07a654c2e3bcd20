"""Tests of `connectors/dhl/`."""
