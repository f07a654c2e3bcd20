"""The Lightspeed Retail (X-Series) connector."""
