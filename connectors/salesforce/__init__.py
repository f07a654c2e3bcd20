"""Salesforce: contacts of an org."""
