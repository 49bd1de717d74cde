"""Longer work on a model: one task a file, done away from training and window."""
