"""3D-GAN, 32 voxels a side."""

from ganstudio.train.pairs._volumes import Volumes


class Volumes32(Volumes):
    """The step at 32 per side."""

    title = "gan3d, 32 voxels a side"
    shape = (1, 32, 32, 32)
