"""From the door to facts: take payloads into the Inbox, find SKUs, fill in kits, replay events."""
