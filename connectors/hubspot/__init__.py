"""HubSpot: contacts of the CRM."""
