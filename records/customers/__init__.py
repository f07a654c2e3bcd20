"""Who is one customer: accounts, links between them, golden records, reviews, decisions, erasure."""
