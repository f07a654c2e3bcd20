"""Mirakl: the seller's side of a marketplace that runs on Mirakl (MMP)."""
