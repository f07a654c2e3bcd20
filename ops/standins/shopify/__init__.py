"""A Shopify shop for tests and the demo."""
