"""Stock: what lies at a place, what may be promised of it, who was told, and a ledger of every piece."""
