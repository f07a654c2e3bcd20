"""Stand-ins: small servers that play a vendor's API on this machine. They remember, check, and fail on demand."""
