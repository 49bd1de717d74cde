"""GAN Studio: train generative adversarial networks and explore them while they train."""

__version__ = "0.1.0"
