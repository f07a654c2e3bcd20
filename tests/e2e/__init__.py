"""Tests of the whole hub on the embedded cloud, from the webhook to the push."""
