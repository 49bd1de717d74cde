"""Training steps as the field's well-known programs write them, to be raced against: one a file."""
