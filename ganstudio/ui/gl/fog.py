"""Draws soft volumes: a march along each line of sight through a 3D texture."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ganstudio.ui.gl import paint
from ganstudio.ui.gl.buffers import GL, Program, Quad
from ganstudio.ui.gl.framebuffers import scaled
from ganstudio.ui.gl.light import Matrix, seen_from
from ganstudio.ui.gl.look import Frame
from ganstudio.ui.gl.solid_buffers import Solid

FOG_PER_SIDE = 42.0  # opacity of a way as long as the grid, as an exponent
STEPS_A_VOXEL = {True: 1.0, False: 2.0}  # by whether it is drawn roughly
BANDS = 6  # of a picture, between two looks whether it is still wanted
BOX_VERTICES = 14


class Fog:
    """Draws over everything else; no volume stands before or behind a solid."""

    def __init__(self) -> None:
        self._program = Program("volume.vert", "volume.frag")
        self._box = Quad()

    def draw(
        self, frame: Frame, camera: Matrix, stands: list[tuple[Solid, Matrix]],
        pause: Callable[[], None] | None,
    ) -> None:  # fmt: skip
        """Draw the volumes among what stands there, from the farthest to the nearest.

        Args:
            frame: what to draw.
            camera: (4, 4) from the world to the clip cube.
            stands: what stands there, with its poses.
            pause: called between bands of the picture; None: it is drawn in one go.
        """
        eye, look = frame.camera.eye, frame.look
        foggy = [(i, *each) for i, each in enumerate(stands) if each[0].fog]
        foggy.sort(key=lambda each: -float(np.linalg.norm(each[2][:3, 3] - eye)))
        if not foggy:
            return
        GL.glDisable(GL.GL_DEPTH_TEST)
        GL.glEnable(GL.GL_CULL_FACE)
        GL.glCullFace(GL.GL_FRONT)  # so that one may stand inside
        self._program.use(
            u_camera=camera, u_fog=paint.TONES_UNIT, u_map=paint.MAP_UNIT,
            u_kind=paint.kind(frame), u_sky=look.sky, u_ground=look.bounce,
        )  # fmt: skip
        width, height = scaled(frame.size, frame.scale)
        bands = 1 if pause is None else BANDS
        GL.glEnable(GL.GL_SCISSOR_TEST)
        for band in range(bands):
            first, end = height * band // bands, height * (band + 1) // bands
            GL.glScissor(0, first, width, end - first)
            self._march(frame, foggy)
            if pause is not None:
                pause()
        GL.glDisable(GL.GL_SCISSOR_TEST)
        GL.glEnable(GL.GL_DEPTH_TEST)
        GL.glDisable(GL.GL_CULL_FACE)

    def release(self) -> None:
        """Free it."""
        self._program.release()
        self._box.release()

    def _march(self, frame: Frame, foggy: list[tuple[int, Solid, Matrix]]) -> None:
        GL.glActiveTexture(GL.GL_TEXTURE0 + paint.TONES_UNIT)
        for index, solid, pose in foggy:
            volume, side = solid.shape.volume, max(solid.shape.grid.shape)
            assert volume is not None
            step = max(side / 64, 1.0) / STEPS_A_VOXEL[frame.rough]
            GL.glBindTexture(GL.GL_TEXTURE_3D, solid.fog)
            self._program.use(
                u_pose=pose, u_low=volume.low, u_high=volume.low + volume.texels.shape[:3],
                u_eye=seen_from(pose, frame.camera.eye), u_step=step,
                u_strength=1 - np.exp(-FOG_PER_SIDE / side * step),
                **paint.of_object(frame, index, solid.shape),
            )  # fmt: skip
            self._box.draw(BOX_VERTICES)
        GL.glActiveTexture(GL.GL_TEXTURE0)
