"""From the door to facts: taking payloads in, naming SKUs, filling kits, doing events again."""
