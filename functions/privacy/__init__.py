"""Requests for privacy: find all that is kept of somebody, give it out, erase it, tell the channels."""
