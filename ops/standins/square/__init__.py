"""A Square seller for tests and the demo."""
