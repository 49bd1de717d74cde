"""3D-GAN, 64 voxels a side."""

from ganstudio.train.pairs._volumes import Volumes


class Volumes64(Volumes):
    """The step at 64 per side."""

    title = "gan3d, 64 voxels a side"
    shape = (1, 64, 64, 64)
