"""A WooCommerce shop for tests and the demo."""
