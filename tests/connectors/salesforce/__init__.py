"""Tests of `connectors/salesforce/`."""
