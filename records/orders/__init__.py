"""Orders: folded from facts, with their lines, payments, parcels and reservations."""
