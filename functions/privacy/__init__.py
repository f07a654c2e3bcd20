"""Requests for privacy: finding all that is kept of somebody, giving it out, erasing it, telling the channels."""
