"""Tests of `connectors/woocommerce/`."""
