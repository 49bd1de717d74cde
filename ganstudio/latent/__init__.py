"""Latent space: where one stands, ways to go, walks, and the way back from a sample."""
