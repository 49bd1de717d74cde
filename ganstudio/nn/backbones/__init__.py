"""Network families, one file each: they know the shape of samples and nothing of training."""
