"""DHL: tracking of all its divisions, pushed or fetched."""
