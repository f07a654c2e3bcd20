"""Tests of `connectors/hubspot/`."""
