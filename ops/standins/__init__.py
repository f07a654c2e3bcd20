"""Stand-ins: small servers that play a vendor's API on this machine, with memory, checks and faults on demand."""
