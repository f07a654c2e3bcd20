"""Tests with what real vendors publish."""
