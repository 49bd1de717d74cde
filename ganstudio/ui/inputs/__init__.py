"""Controls for what a generator is told besides noise: one file a kind of condition."""
