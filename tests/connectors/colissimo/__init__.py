"""Tests of `connectors/colissimo/`."""
