"""How good samples are: one metric a file, each told beside what real samples score."""
