"""Values that mappings convert: money, times, countries and the closed list of converters."""
