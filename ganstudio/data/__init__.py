"""Data sets, one file each, and the endless seeded batches drawn from them."""
