"""Tests of `connectors/lightspeed/`."""
