"""Pictures that are drawn into and used again: the shadow map and the screen in the making."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ganstudio.ui.gl.buffers import GL, blend_texels
from ganstudio.ui.gl.look import RendererError


class ShadowMap:
    """A square depth picture that compares when it is sampled.

    Args:
        side: in texels.

    Raises:
        RendererError: if the driver does not make it.
    """

    def __init__(self, side: int) -> None:
        self.side = side
        self.texture = int(GL.glGenTextures(1))
        GL.glBindTexture(GL.GL_TEXTURE_2D, self.texture)
        GL.glTexImage2D(
            GL.GL_TEXTURE_2D, 0, GL.GL_DEPTH_COMPONENT24, side, side, 0,
            GL.GL_DEPTH_COMPONENT, GL.GL_UNSIGNED_INT, None,
        )  # fmt: skip
        blend_texels()
        GL.glTexParameteri(
            GL.GL_TEXTURE_2D, GL.GL_TEXTURE_COMPARE_MODE, GL.GL_COMPARE_REF_TO_TEXTURE
        )
        GL.glTexParameteri(GL.GL_TEXTURE_2D, GL.GL_TEXTURE_COMPARE_FUNC, GL.GL_LEQUAL)
        self._frame = int(GL.glGenFramebuffers(1))
        GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, self._frame)
        GL.glFramebufferTexture2D(
            GL.GL_FRAMEBUFFER, GL.GL_DEPTH_ATTACHMENT, GL.GL_TEXTURE_2D, self.texture, 0
        )
        GL.glDrawBuffer(GL.GL_NONE)
        GL.glReadBuffer(GL.GL_NONE)
        _complete("the shadow map")

    def begin(self) -> None:
        """Empty it and draw into it from now on."""
        GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, self._frame)
        GL.glViewport(0, 0, self.side, self.side)
        GL.glClear(GL.GL_DEPTH_BUFFER_BIT)

    def release(self) -> None:
        """Free it."""
        GL.glDeleteFramebuffers(1, [self._frame])
        GL.glDeleteTextures([self.texture])


class Screen:
    """Where a picture is drawn and read back from.

    How many samples a pixel gets, and how many pixels there are, may change from frame to
    frame: few while things move on a slow machine, more once they rest.
    """

    def __init__(self) -> None:
        self._whole, self._small, self._fine = Canvas(), Canvas(), Canvas()

    def begin(self, size: tuple[int, int], samples: int, scale: float) -> tuple[int, int]:
        """Draw from now on with so many samples and this share of the width and height.

        Returns:
            Width and height to draw in, in pixels.
        """
        drawn = scaled(size, scale)
        canvas = self._fine if samples > 1 else self._whole if drawn == size else self._small
        canvas.make(drawn, samples)
        GL.glViewport(0, 0, *drawn)
        return drawn

    def end(self, size: tuple[int, int], samples: int, scale: float) -> NDArray[np.uint32]:
        """Average the samples, blow a small picture up, and read it.

        Returns:
            (H, W) 0xAARRGGBB.
        """
        drawn = scaled(size, scale)
        if samples > 1:
            (self._whole if drawn == size else self._small).take(self._fine, drawn, drawn)
        if drawn != size:
            self._whole.take(self._small, drawn, size)
        return self._whole.pixels()

    def release(self) -> None:
        """Free it; it comes back when it is needed again."""
        for canvas in (self._whole, self._small, self._fine):
            canvas.release()


class Canvas:
    """A framebuffer of one size with colour and depth."""

    def __init__(self) -> None:
        self._made: tuple[int, int, int] = (0, 0, 0)
        self._frame = 0
        self._stores: list[int] = []

    def make(self, size: tuple[int, int], samples: int) -> None:
        """Draw into it from now on.

        Raises:
            RendererError: if the driver does not make it.
        """
        if self._made != (*size, samples):
            self.release()
            self._build(size, samples)
        GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, self._frame)

    def take(self, other: Canvas, theirs: tuple[int, int], size: tuple[int, int]) -> None:
        """Become ``size`` large and copy another canvas, averaging samples or stretching it."""
        self.make(size, 1)
        GL.glBindFramebuffer(GL.GL_READ_FRAMEBUFFER, other._frame)
        whole = (0, 0, *theirs, 0, 0, *size, GL.GL_COLOR_BUFFER_BIT)
        GL.glBlitFramebuffer(*whole, GL.GL_NEAREST if theirs == size else GL.GL_LINEAR)

    def pixels(self) -> NDArray[np.uint32]:
        """(H, W) 0xAARRGGBB, the row that was drawn lowest first."""
        width, height, _ = self._made
        read = np.empty((height, width), dtype=np.uint32)
        GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, self._frame)
        GL.glReadPixels(0, 0, width, height, GL.GL_BGRA, GL.GL_UNSIGNED_INT_8_8_8_8_REV, read)
        return read

    def release(self) -> None:
        """Free it."""
        if self._frame:
            GL.glDeleteFramebuffers(1, [self._frame])
            GL.glDeleteRenderbuffers(len(self._stores), self._stores)
        self._frame, self._stores, self._made = 0, [], (0, 0, 0)

    def _build(self, size: tuple[int, int], samples: int) -> None:
        self._frame = int(GL.glGenFramebuffers(1))
        GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, self._frame)
        for form, place in (
            (GL.GL_RGBA8, GL.GL_COLOR_ATTACHMENT0),
            (GL.GL_DEPTH_COMPONENT24, GL.GL_DEPTH_ATTACHMENT),
        ):
            store = int(GL.glGenRenderbuffers(1))
            GL.glBindRenderbuffer(GL.GL_RENDERBUFFER, store)
            # 0 samples is no multisampling at all
            count = samples if samples > 1 else 0
            GL.glRenderbufferStorageMultisample(GL.GL_RENDERBUFFER, count, form, *size)
            GL.glFramebufferRenderbuffer(GL.GL_FRAMEBUFFER, place, GL.GL_RENDERBUFFER, store)
            self._stores.append(store)
        self._made = (*size, samples)
        _complete(f"a picture of {size[0]} x {size[1]} with {samples} samples")


def scaled(size: tuple[int, int], scale: float) -> tuple[int, int]:
    """This share of a width and height, at least one pixel."""
    return max(round(size[0] * scale), 1), max(round(size[1] * scale), 1)


def _complete(what: str) -> None:
    status = GL.glCheckFramebufferStatus(GL.GL_FRAMEBUFFER)
    if status != GL.GL_FRAMEBUFFER_COMPLETE:
        raise RendererError(f"the driver does not make {what} (status 0x{int(status):04x})")
