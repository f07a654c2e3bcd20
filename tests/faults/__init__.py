"""Fault injection: a retailer's days on an unreliable store (`make faults`), and tests of that."""
