"""Products: what kits are made of, and which channel ids stand for which SKU."""
