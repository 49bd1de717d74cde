"""Networks and losses in torch: parts that know nothing of training."""
