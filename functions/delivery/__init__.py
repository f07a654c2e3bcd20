"""From records to channels: what is sent, under which lease, and what became of it."""
