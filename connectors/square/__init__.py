"""The Square connector."""
