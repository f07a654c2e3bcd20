"""A Mirakl marketplace for tests and the demo."""
