"""Amazon: a seller on one of its marketplaces, by the Selling Partner API."""
