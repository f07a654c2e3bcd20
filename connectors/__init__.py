"""Who speaks: one folder per channel, and what all of them share."""
