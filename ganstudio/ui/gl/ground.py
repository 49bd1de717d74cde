"""The ground: its grid, the light on it, and what keeps the light away."""

from __future__ import annotations

import numpy as np

from ganstudio.ui.gl.buffers import GL, Program, Quad
from ganstudio.ui.gl.framebuffers import ShadowMap
from ganstudio.ui.gl.light import KEY, Matrix
from ganstudio.ui.gl.look import Frame
from ganstudio.ui.gl.scene import Vector
from ganstudio.ui.gl.solid_buffers import Solid

GRID_PITCH = 0.125


class Ground:
    """Draws over the solids what lies on the floor; nothing of it hides anything."""

    def __init__(self) -> None:
        self._floor = Program("floor.vert", "floor.frag")
        self._shade = Program("floor.vert", "shadow.frag+shade.frag")
        self._contact = Program("contact.vert", "contact.frag")
        self._quad = Quad()

    def draw(
        self, frame: Frame, camera: Matrix, light: Matrix, shadow: ShadowMap,
        stands: list[tuple[Solid, Matrix]],
        extent: tuple[Vector, Vector],
    ) -> None:  # fmt: skip
        """Grid and pool of light, shadows and contacts; from below only the grid.

        Args:
            frame: what to draw.
            camera: (4, 4) from the world to the clip cube.
            light: (4, 4) from the world to the shadow map.
            shadow: the map.
            stands: what stands there, with its poses.
            extent: the least and greatest corner of that, however it turns.
        """
        above = (
            frame.camera.axes[2][2] > 0 if frame.camera.orthographic else (frame.camera.eye[2] > 0)
        )
        low, high = extent
        look = frame.look
        half = 1.9 * float(np.linalg.norm((high - low)[:2])) / 2 + 0.9
        GL.glBlendFunc(GL.GL_ONE, GL.GL_ONE_MINUS_SRC_ALPHA)
        self._floor.use(
            u_camera=camera, u_light=light, u_middle=((low + high) / 2)[:2],
            u_half=(half, half), u_height=-0.002, u_line=look.line, u_pool=look.ground,
            u_pool_strength=look.pool if above else 0.0, u_pitch=GRID_PITCH,
        )  # fmt: skip
        self._quad.draw()
        if not above:
            return
        GL.glBlendFunc(GL.GL_SRC_ALPHA, GL.GL_ONE_MINUS_SRC_ALPHA)
        # the cast shadow, on no more of the ground than it can reach
        fall = -KEY[:2] / KEY[2] * high[2]
        low, high = np.minimum(low[:2], low[:2] + fall), np.maximum(high[:2], high[:2] + fall)
        GL.glBindTexture(GL.GL_TEXTURE_2D, shadow.texture)
        self._shade.use(
            u_camera=camera, u_light=light, u_shadow_map=0, u_texel=1 / shadow.side,
            u_middle=(low + high) / 2, u_half=(high - low) / 2 + 0.05, u_height=-0.0015,
            u_shade=look.shade,
        )  # fmt: skip
        self._quad.draw()
        self._contact.use(u_camera=camera, u_contact=0, u_shade=look.contact)
        for solid, pose in stands:
            x, y = solid.shape.occupied.shape[:2]
            GL.glBindTexture(GL.GL_TEXTURE_2D, solid.contact)
            area = (x / 2, y / 2, max(x, y), solid.shape.floor - 0.03)
            self._contact.use(u_pose=pose, u_area=area)
            self._quad.draw()

    def release(self) -> None:
        """Free it."""
        for part in (self._floor, self._shade, self._contact, self._quad):
            part.release()
