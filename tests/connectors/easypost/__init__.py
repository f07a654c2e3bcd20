"""Tests of `connectors/easypost/`."""
