"""The things a graphics context holds: programs, vertex buffers, textures."""

from __future__ import annotations

import ctypes
import logging
from typing import Any

import numpy as np
import OpenGL
from numpy.typing import ArrayLike, NDArray

OpenGL.ERROR_CHECKING = False  # asking after each call costs more than drawing: once a frame
OpenGL.ERROR_LOGGING = False
logging.getLogger("OpenGL").setLevel(logging.WARNING)  # it tells of every optional part

from OpenGL import GL  # noqa: E402

from ganstudio.resources import resource  # noqa: E402
from ganstudio.ui.gl.look import RendererError  # noqa: E402
from ganstudio.ui.gl.scene import MESH_VERTEX, Shape  # noqa: E402

__all__ = ["GL", "Lines", "Program", "Quad", "Solid", "blend_texels"]


class Program:
    """A linked shader program that knows where its uniforms are.

    Args:
        vertex: file in ``resources/shaders``.
        fragment: files there, put together in this order.

    Raises:
        RendererError: if the driver refuses it.
    """

    def __init__(self, vertex: str, *fragment: str) -> None:
        self.handle = int(GL.glCreateProgram())
        stages = [
            _compile(GL.GL_VERTEX_SHADER, (vertex,)),
            _compile(GL.GL_FRAGMENT_SHADER, fragment),
        ]
        for stage in stages:
            GL.glAttachShader(self.handle, stage)
        GL.glLinkProgram(self.handle)
        for stage in stages:
            GL.glDeleteShader(stage)
        if not GL.glGetProgramiv(self.handle, GL.GL_LINK_STATUS):
            raise RendererError(f"{vertex}: {_text(GL.glGetProgramInfoLog(self.handle))}")
        self._places: dict[str, int] = {}

    def use(self, **uniforms: ArrayLike) -> None:
        """Make it current and set uniforms: ints, floats, vectors of 2 to 4, (4, 4) matrices."""
        GL.glUseProgram(self.handle)
        for name, value in uniforms.items():
            if name not in self._places:
                self._places[name] = int(GL.glGetUniformLocation(self.handle, name))
            place = self._places[name]
            if place < 0:
                continue
            if isinstance(value, int):
                GL.glUniform1i(place, value)
                continue
            numbers = np.ascontiguousarray(value, dtype=np.float32)
            if numbers.ndim == 2:
                GL.glUniformMatrix4fv(place, 1, GL.GL_TRUE, numbers)
            else:
                _SETTERS[numbers.size](place, 1, numbers)

    def release(self) -> None:
        """Free it."""
        GL.glDeleteProgram(self.handle)


_SETTERS = {
    1: GL.glUniform1fv, 2: GL.glUniform2fv, 3: GL.glUniform3fv, 4: GL.glUniform4fv,
}  # fmt: skip


class Solid:
    """One shape on the device."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self._array = int(GL.glGenVertexArrays(1))
        GL.glBindVertexArray(self._array)
        self._buffers = [_buffer(GL.GL_ARRAY_BUFFER, shape.data)]
        GL.glEnableVertexAttribArray(0)
        GL.glEnableVertexAttribArray(1)
        if shape.surface == "cubes":
            GL.glVertexAttribDivisor(0, 1)
            GL.glVertexAttribDivisor(1, 1)
            # where the rows of each side begin, and the end
            self._starts = np.searchsorted(shape.data[:, 3], range(7))
        else:
            stride = MESH_VERTEX.itemsize
            GL.glVertexAttribPointer(0, 3, GL.GL_FLOAT, False, stride, ctypes.c_void_p(0))
            GL.glVertexAttribPointer(1, 3, GL.GL_BYTE, True, stride, ctypes.c_void_p(12))
            GL.glVertexAttribPointer(2, 1, GL.GL_UNSIGNED_BYTE, True, stride, ctypes.c_void_p(15))
            GL.glEnableVertexAttribArray(2)
            self._buffers.append(_buffer(GL.GL_ELEMENT_ARRAY_BUFFER, shape.indices))
        GL.glBindVertexArray(0)
        self.contact = _grey_texture(shape.contact)

    def draw(self, eye: NDArray[np.float64]) -> None:
        """Draw what can be seen from a point with the program that is current.

        Args:
            eye: (3,) in voxels of this shape.
        """
        if not len(self.shape.data):
            return
        GL.glBindVertexArray(self._array)
        if self.shape.surface == "smooth":
            GL.glDrawElements(
                GL.GL_TRIANGLES, self.shape.indices.size, GL.GL_UNSIGNED_INT, ctypes.c_void_p(0)
            )
            return
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._buffers[0])
        for side in range(6):
            axis, back = divmod(side, 2)
            ahead = eye[axis] < self.shape.high[axis] if back else eye[axis] > self.shape.low[axis]
            first, end = int(self._starts[side]), int(self._starts[side + 1])
            if ahead and end > first:
                GL.glVertexAttribIPointer(0, 4, GL.GL_UNSIGNED_BYTE, 8, ctypes.c_void_p(8 * first))
                GL.glVertexAttribPointer(
                    1, 4, GL.GL_UNSIGNED_BYTE, True, 8, ctypes.c_void_p(8 * first + 4)
                )
                GL.glDrawArraysInstanced(GL.GL_TRIANGLE_STRIP, 0, 4, end - first)

    def release(self) -> None:
        """Free it."""
        GL.glDeleteVertexArrays(1, [self._array])
        GL.glDeleteBuffers(len(self._buffers), self._buffers)
        GL.glDeleteTextures([self.contact])


class Lines:
    """Line segments between points.

    Args:
        points: (2 n, 3) float32, two for each segment.
    """

    def __init__(self, points: NDArray[np.float32]) -> None:
        self._count = len(points)
        self._array = int(GL.glGenVertexArrays(1))
        GL.glBindVertexArray(self._array)
        self._buffer = _buffer(GL.GL_ARRAY_BUFFER, points)
        GL.glVertexAttribPointer(0, 3, GL.GL_FLOAT, False, 12, ctypes.c_void_p(0))
        GL.glEnableVertexAttribArray(0)
        GL.glBindVertexArray(0)

    def draw(self) -> None:
        """Draw them with the program that is current."""
        GL.glBindVertexArray(self._array)
        GL.glDrawArrays(GL.GL_LINES, 0, self._count)

    def release(self) -> None:
        """Free them."""
        GL.glDeleteVertexArrays(1, [self._array])
        GL.glDeleteBuffers(1, [self._buffer])


class Quad:
    """Four vertices without data, for shaders that make their own from ``gl_VertexID``."""

    def __init__(self) -> None:
        self._array = int(GL.glGenVertexArrays(1))

    def draw(self) -> None:
        """Draw it as a strip with the program that is current."""
        GL.glBindVertexArray(self._array)
        GL.glDrawArrays(GL.GL_TRIANGLE_STRIP, 0, 4)

    def release(self) -> None:
        """Free it."""
        GL.glDeleteVertexArrays(1, [self._array])


def _compile(stage: Any, files: tuple[str, ...]) -> int:
    source = "\n".join(resource("shaders", name).read_text(encoding="utf-8") for name in files)
    shader = int(GL.glCreateShader(stage))
    GL.glShaderSource(shader, f"#version 330 core\n{source}")
    GL.glCompileShader(shader)
    if not GL.glGetShaderiv(shader, GL.GL_COMPILE_STATUS):
        raise RendererError(f"{' + '.join(files)}: {_text(GL.glGetShaderInfoLog(shader))}")
    return shader


def _text(log: bytes | str) -> str:
    return log.decode(errors="replace") if isinstance(log, bytes) else log


def _buffer(kind: Any, data: NDArray[Any]) -> int:
    handle = int(GL.glGenBuffers(1))
    GL.glBindBuffer(kind, handle)
    GL.glBufferData(kind, data.nbytes, np.ascontiguousarray(data), GL.GL_STATIC_DRAW)
    return handle


def _grey_texture(picture: NDArray[np.uint8]) -> int:
    handle = int(GL.glGenTextures(1))
    GL.glBindTexture(GL.GL_TEXTURE_2D, handle)
    GL.glPixelStorei(GL.GL_UNPACK_ALIGNMENT, 1)
    height, width = picture.shape
    GL.glTexImage2D(
        GL.GL_TEXTURE_2D, 0, GL.GL_R8, width, height, 0, GL.GL_RED, GL.GL_UNSIGNED_BYTE,
        np.ascontiguousarray(picture),
    )  # fmt: skip
    blend_texels()
    return handle


def blend_texels() -> None:
    """The bound texture is interpolated between its texels and does not repeat."""
    for name in (GL.GL_TEXTURE_MIN_FILTER, GL.GL_TEXTURE_MAG_FILTER):
        GL.glTexParameteri(GL.GL_TEXTURE_2D, name, GL.GL_LINEAR)
    for name in (GL.GL_TEXTURE_WRAP_S, GL.GL_TEXTURE_WRAP_T):
        GL.glTexParameteri(GL.GL_TEXTURE_2D, name, GL.GL_CLAMP_TO_EDGE)
