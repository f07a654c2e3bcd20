"""Read models: what the API, the command line and privacy read. Nothing here writes."""
