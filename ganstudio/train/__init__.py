"""Training: the session's thread, the trainer's step, the run folder, the explorer's thread."""
