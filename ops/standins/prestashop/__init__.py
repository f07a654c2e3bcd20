"""A PrestaShop web shop for tests and the demo."""
