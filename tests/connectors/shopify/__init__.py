"""Tests of `connectors/shopify/`."""
