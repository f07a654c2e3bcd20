"""JMESPath as Python: read, checked, written as source, compiled."""
