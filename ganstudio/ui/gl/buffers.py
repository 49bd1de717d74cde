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

__all__ = [
    "GL", "Lines", "Program", "Quad", "blend_texels", "buffer", "grey_texture", "grid_texture",
    "map_texture",
]  # fmt: skip


class Program:
    """A linked shader program that knows where its uniforms are.

    Args:
        vertex: files in ``resources/shaders``, joined by ``+`` and put together in this order.
        fragment: files there, likewise.

    Raises:
        RendererError: if the driver refuses it.
    """

    def __init__(self, vertex: str, fragment: str) -> None:
        self.handle = int(GL.glCreateProgram())
        stages = [
            _compile(GL.GL_VERTEX_SHADER, vertex),
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
            if isinstance(value, int):  # also bool
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


class Lines:
    """Line segments between points.

    Args:
        points: (2 n, 3) float32, two for each segment.
    """

    def __init__(self, points: NDArray[np.float32]) -> None:
        self._count = len(points)
        self._array = int(GL.glGenVertexArrays(1))
        GL.glBindVertexArray(self._array)
        self._buffer = buffer(GL.GL_ARRAY_BUFFER, points)
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
    """Vertices without data, for shaders that make their own from ``gl_VertexID``."""

    def __init__(self) -> None:
        self._array = int(GL.glGenVertexArrays(1))

    def draw(self, vertices: int = 4) -> None:
        """Draw it as a strip with the program that is current."""
        GL.glBindVertexArray(self._array)
        GL.glDrawArrays(GL.GL_TRIANGLE_STRIP, 0, vertices)

    def release(self) -> None:
        """Free it."""
        GL.glDeleteVertexArrays(1, [self._array])


def _compile(stage: Any, files: str) -> int:
    source = "\n".join(
        resource("shaders", name).read_text(encoding="utf-8") for name in files.split("+")
    )
    shader = int(GL.glCreateShader(stage))
    GL.glShaderSource(shader, f"#version 330 core\n{source}")
    GL.glCompileShader(shader)
    if not GL.glGetShaderiv(shader, GL.GL_COMPILE_STATUS):
        raise RendererError(f"{files}: {_text(GL.glGetShaderInfoLog(shader))}")
    return shader


def _text(log: bytes | str) -> str:
    return log.decode(errors="replace") if isinstance(log, bytes) else log


def buffer(kind: Any, data: NDArray[Any]) -> int:
    """A buffer of this kind with the data in it, and bound."""
    handle = int(GL.glGenBuffers(1))
    GL.glBindBuffer(kind, handle)
    GL.glBufferData(kind, data.nbytes, np.ascontiguousarray(data), GL.GL_STATIC_DRAW)
    return handle


def grey_texture(picture: NDArray[np.uint8]) -> int:
    """A picture, (H, W) uint8, as a texture."""
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


def map_texture(shades: NDArray[np.uint8]) -> int:
    """A strip of colours, (N, 3) uint8, as a texture one texel high."""
    handle = int(GL.glGenTextures(1))
    GL.glBindTexture(GL.GL_TEXTURE_2D, handle)
    GL.glPixelStorei(GL.GL_UNPACK_ALIGNMENT, 1)
    GL.glTexImage2D(
        GL.GL_TEXTURE_2D, 0, GL.GL_RGB8, len(shades), 1, 0, GL.GL_RGB, GL.GL_UNSIGNED_BYTE,
        np.ascontiguousarray(shades),
    )  # fmt: skip
    blend_texels()
    return handle


def grid_texture(levels: NDArray[np.uint8]) -> int:
    """A grid, (X, Y, Z) or (X, Y, Z, 4) uint8, as a texture whose first axis is z."""
    handle = int(GL.glGenTextures(1))
    GL.glBindTexture(GL.GL_TEXTURE_3D, handle)
    GL.glPixelStorei(GL.GL_UNPACK_ALIGNMENT, 1)
    kind, form = (GL.GL_R8, GL.GL_RED) if levels.ndim == 3 else (GL.GL_RGBA8, GL.GL_RGBA)
    x, y, z = levels.shape[:3]
    GL.glTexImage3D(
        GL.GL_TEXTURE_3D, 0, kind, z, y, x, 0, form, GL.GL_UNSIGNED_BYTE,
        np.ascontiguousarray(levels),
    )  # fmt: skip
    blend_texels(GL.GL_TEXTURE_3D)
    return handle


def blend_texels(kind: Any = GL.GL_TEXTURE_2D) -> None:
    """The bound texture is interpolated between its texels and does not repeat."""
    for name in (GL.GL_TEXTURE_MIN_FILTER, GL.GL_TEXTURE_MAG_FILTER):
        GL.glTexParameteri(kind, name, GL.GL_LINEAR)
    for name in (GL.GL_TEXTURE_WRAP_S, GL.GL_TEXTURE_WRAP_T, GL.GL_TEXTURE_WRAP_R):
        GL.glTexParameteri(kind, name, GL.GL_CLAMP_TO_EDGE)
