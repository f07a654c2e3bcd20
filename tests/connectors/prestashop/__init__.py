"""Tests of `connectors/prestashop/`."""
