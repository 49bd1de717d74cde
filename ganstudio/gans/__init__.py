"""GAN variants, one file each: what their players want, and how they take turns."""
