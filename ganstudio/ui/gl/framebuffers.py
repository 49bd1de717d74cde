"""Pictures that are drawn into and used again: the shadow map and the screen in the making."""

from __future__ import annotations

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
    """Where a picture is drawn before it goes to its target: several samples for each pixel.

    The number of samples may change from frame to frame, which the target's own format could
    not: few while things move on a slow machine, more once they rest.
    """

    def __init__(self) -> None:
        self._made: tuple[int, int, int] = (0, 0, 0)
        self._frame = 0
        self._stores: list[int] = []

    def begin(self, size: tuple[int, int], samples: int, target: int) -> None:
        """Draw from now on with so many samples; 1 goes straight into the target."""
        if samples <= 1:
            GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, target)
            return
        if self._made != (*size, samples):
            self._make(size, samples)
        GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, self._frame)

    def end(self, size: tuple[int, int], samples: int, target: int) -> None:
        """Average the samples into the target, which is current afterwards."""
        if samples > 1:
            GL.glBindFramebuffer(GL.GL_READ_FRAMEBUFFER, self._frame)
            GL.glBindFramebuffer(GL.GL_DRAW_FRAMEBUFFER, target)
            area = (0, 0, *size)
            GL.glBlitFramebuffer(*area, *area, GL.GL_COLOR_BUFFER_BIT, GL.GL_NEAREST)
        GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, target)

    def release(self) -> None:
        """Free it; it comes back when it is needed again."""
        if self._frame:
            GL.glDeleteFramebuffers(1, [self._frame])
            GL.glDeleteRenderbuffers(len(self._stores), self._stores)
        self._frame, self._stores, self._made = 0, [], (0, 0, 0)

    def _make(self, size: tuple[int, int], samples: int) -> None:
        self.release()
        self._frame = int(GL.glGenFramebuffers(1))
        GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, self._frame)
        for form, place in (
            (GL.GL_RGBA8, GL.GL_COLOR_ATTACHMENT0),
            (GL.GL_DEPTH_COMPONENT24, GL.GL_DEPTH_ATTACHMENT),
        ):
            store = int(GL.glGenRenderbuffers(1))
            GL.glBindRenderbuffer(GL.GL_RENDERBUFFER, store)
            GL.glRenderbufferStorageMultisample(GL.GL_RENDERBUFFER, samples, form, *size)
            GL.glFramebufferRenderbuffer(GL.GL_FRAMEBUFFER, place, GL.GL_RENDERBUFFER, store)
            self._stores.append(store)
        _complete(f"a picture of {size[0]} x {size[1]} with {samples} samples")
        self._made = (*size, samples)


def _complete(what: str) -> None:
    status = GL.glCheckFramebufferStatus(GL.GL_FRAMEBUFFER)
    if status != GL.GL_FRAMEBUFFER_COMPLETE:
        raise RendererError(f"the driver does not make {what} (status 0x{int(status):04x})")
