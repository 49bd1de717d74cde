"""One shape on the graphics device: its faces or triangles, its volume, its tones."""

from __future__ import annotations

import ctypes
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ganstudio.ui.gl.buffers import GL, buffer, grey_texture, grid_texture
from ganstudio.ui.gl.look import Style
from ganstudio.ui.gl.scene import MESH_VERTEX, Shape
from ganstudio.ui.gl.tints import as_levels


class Solid:
    """One shape on the device."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        if shape.surface == "smooth":
            self._buffers = [
                buffer(GL.GL_ARRAY_BUFFER, shape.data),
                buffer(GL.GL_ELEMENT_ARRAY_BUFFER, shape.indices),
            ]
            self._arrays = [self._mesh_array()]
        else:
            # each row four times: instances of four vertices cost drivers more than the bytes do
            self._buffers = [
                buffer(GL.GL_ARRAY_BUFFER, np.repeat(shape.data, 4, axis=0)),
                buffer(GL.GL_ELEMENT_ARRAY_BUFFER, _quads(len(shape.data))),
            ]
            self._arrays = [self._face_array()]
            starts = np.searchsorted(shape.data[:, 3], range(7))
            self._runs = [(a, b - a) for a, b in pairwise(starts.tolist())]
        GL.glBindVertexArray(0)
        self.contact = grey_texture(shape.contact)
        self.tones = 0
        self.fog = 0

    def colour_by(self, style: Style, index: int) -> None:
        """Take the numbers that colours stand for onto the device.

        Args:
            style: of all objects.
            index: which of them this is.
        """
        self._free_textures()
        levels = _levels(self.shape, style, index)
        volume = self.shape.volume
        if volume is not None:
            texels = np.zeros((*volume.texels.shape[:3], 4), dtype=np.uint8)
            texels[..., :3] = volume.texels
            if levels is not None:
                texels[..., 3] = _around(levels, volume.low, texels.shape)
            self.fog = grid_texture(texels)
        elif levels is not None:
            self.tones = grid_texture(levels)

    def draw(self, eye: NDArray[np.float64]) -> None:
        """Draw what can be seen from a point with the program that is current.

        Args:
            eye: (3,) in voxels of this shape.
        """
        if not len(self.shape.data):
            return
        GL.glBindVertexArray(self._arrays[0])
        if self.shape.surface == "smooth":
            count = self.shape.indices.size
            GL.glDrawElements(GL.GL_TRIANGLES, count, GL.GL_UNSIGNED_INT, ctypes.c_void_p(0))
            return
        for side in range(6):
            axis, back = divmod(side, 2)
            ahead = eye[axis] < self.shape.high[axis] if back else eye[axis] > self.shape.low[axis]
            first, count = self._runs[side]
            if ahead and count:
                start = ctypes.c_void_p(24 * first)
                GL.glDrawElements(GL.GL_TRIANGLES, 6 * count, GL.GL_UNSIGNED_INT, start)

    def release(self) -> None:
        """Free it."""
        self._free_textures()
        GL.glDeleteVertexArrays(len(self._arrays), self._arrays)
        GL.glDeleteBuffers(len(self._buffers), self._buffers)
        GL.glDeleteTextures([self.contact])

    def _free_textures(self) -> None:
        for texture in (self.tones, self.fog):
            if texture:
                GL.glDeleteTextures([texture])
        self.tones = self.fog = 0

    def _mesh_array(self) -> int:
        array = self._begin_array()
        stride = MESH_VERTEX.itemsize
        GL.glVertexAttribPointer(0, 3, GL.GL_FLOAT, False, stride, ctypes.c_void_p(0))
        GL.glVertexAttribPointer(1, 3, GL.GL_BYTE, True, stride, ctypes.c_void_p(12))
        GL.glVertexAttribPointer(2, 1, GL.GL_UNSIGNED_BYTE, True, stride, ctypes.c_void_p(15))
        for place in range(3):
            GL.glEnableVertexAttribArray(place)
        return array

    def _face_array(self) -> int:
        array = self._begin_array()
        GL.glVertexAttribIPointer(0, 4, GL.GL_UNSIGNED_BYTE, 8, ctypes.c_void_p(0))
        GL.glVertexAttribPointer(1, 4, GL.GL_UNSIGNED_BYTE, True, 8, ctypes.c_void_p(4))
        for place in range(2):
            GL.glEnableVertexAttribArray(place)
        return array

    def _begin_array(self) -> int:
        array = int(GL.glGenVertexArrays(1))
        GL.glBindVertexArray(array)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._buffers[0])
        GL.glBindBuffer(GL.GL_ELEMENT_ARRAY_BUFFER, self._buffers[1])
        return array


def _quads(count: int) -> NDArray[np.uint32]:
    """(count, 6) vertices of the two triangles of each face."""
    corners = np.array([0, 1, 2, 2, 1, 3], dtype=np.uint32)
    return 4 * np.arange(count, dtype=np.uint32)[:, None] + corners


def _levels(shape: Shape, style: Style, index: int) -> NDArray[np.uint8] | None:
    """(X, Y, Z) what the colours stand for, as levels of the map; None where it is no grid."""
    if style.colouring == "density":
        density = np.asarray(shape.grid, dtype=np.float32)
        return np.rint(np.clip(density, 0, 1) * 255).astype(np.uint8)
    if style.colouring == "values":
        # an object without values of its own, or with those of another size, is neutral
        fits = index < len(style.values) and style.values[index].shape == shape.grid.shape
        values = style.values[index] if fits else np.zeros(shape.grid.shape, np.float32)
        return as_levels(values, style.limit)
    return None


def _around(
    levels: NDArray[np.uint8], low: NDArray[np.int64], shape: tuple[int, ...]
) -> NDArray[np.uint8]:
    """A part of a grid that may reach a voxel beyond its ends, which repeat there."""
    axes = [
        np.clip(np.arange(shape[k]) + low[k], 0, levels.shape[k] - 1).astype(np.intp)
        for k in range(3)
    ]
    return levels[np.ix_(*axes)]
