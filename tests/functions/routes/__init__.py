"""Tests of `functions/routes/`."""
