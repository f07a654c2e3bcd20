"""Tests of `connectors/mirakl/`."""
