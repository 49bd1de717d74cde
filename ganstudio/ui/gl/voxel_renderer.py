"""Draws shapes with OpenGL 3.3 core: solids, their shadows, volumes and boxes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.ui.gl import paint
from ganstudio.ui.gl.buffers import GL, Lines, Program
from ganstudio.ui.gl.fog import Fog
from ganstudio.ui.gl.framebuffers import Screen, ShadowMap
from ganstudio.ui.gl.ground import Ground
from ganstudio.ui.gl.light import FILL, KEY, TO_TEXTURE, Matrix, light_clip, seen_from
from ganstudio.ui.gl.look import Abandoned, Frame, RendererError
from ganstudio.ui.gl.paint import Paints
from ganstudio.ui.gl.scene import Shape, bounds, places
from ganstudio.ui.gl.solid_buffers import Solid

SHADOW_SIDE = 1024
SHADOW_SIDE_SOFTWARE = 512  # a quarter of the work, and a softer edge
JOINTS = 0.16
MOST_OLD_ERRORS = 32
AT_ONCE = 8  # solids, between two looks whether the picture is still wanted
AXES = ((1.0, 0.42, 0.42), (0.42, 0.82, 0.5), (0.45, 0.62, 1.0))  # colours of the cut planes

_TOP_ROW_FIRST = np.diag([1, -1, 1, 1]).astype(np.float32)
_BOX_EDGES = np.array(
    [
        np.insert(other, axis, end)
        for axis in range(3)
        for other in np.ndindex(2, 2)
        for end in (0, 1)
    ],
    dtype=np.float32,
)


class VoxelRenderer:
    """Owns what it draws with in the context that was current when it was made.

    Every method needs that context to be current.

    Args:
        software: whether the processor draws, and less must do.

    Raises:
        RendererError: if the driver refuses a shader or a framebuffer.
    """

    def __init__(self, software: bool = False) -> None:
        self._programs = {
            "cubes": Program("tone.vert+cubes.vert", "shadow.frag+solid.frag"),
            "smooth": Program("tone.vert+smooth.vert", "shadow.frag+solid.frag"),
            "cubes depth": Program("tone.vert+cubes.vert", "depth.frag"),
            "smooth depth": Program("tone.vert+smooth.vert", "depth.frag"),
            "line": Program("line.vert", "line.frag"),
        }
        self._paints, self._fog = Paints(), Fog()
        self._solids: list[Solid] = []
        self._extent = bounds([], turning=True)
        self._box, self._ground = Lines(_BOX_EDGES), Ground()
        self._shadow = ShadowMap(SHADOW_SIDE_SOFTWARE if software else SHADOW_SIDE)
        self._screen = Screen()
        self._shadow_turn: float | None = None
        self._coloured: tuple[Any, ...] | None = None
        self._light = np.eye(4, dtype=np.float32)
        self._software, self._given_up = software, _never

    def show(self, shapes: list[Shape]) -> None:
        """Take these shapes onto the device in place of those that were there."""
        for solid in self._solids:
            solid.release()
        self._solids = [Solid(shape) for shape in shapes]
        self._extent = bounds(shapes, turning=True)
        self._shadow_turn = self._coloured = None

    def draw(self, frame: Frame, given_up: Callable[[], bool] | None = None) -> NDArray[np.uint32]:
        """Draw a picture.

        Args:
            frame: what it shows.
            given_up: asked between the parts of a picture that is not rough, where the processor
                draws it.

        Returns:
            (H, W) 0xffRRGGBB, the top row first.

        Raises:
            RendererError: if the driver reports an error, or the context is lost.
            Abandoned: if it was given up.
        """
        _forget_errors()
        patient = frame.rough or not self._software or given_up is None
        self._given_up = _never if patient or given_up is None else given_up
        self._colour(frame)
        spots = places(len(self._solids))
        stands = [
            (solid, solid.shape.pose(spot, frame.turn_degrees))
            for solid, spot in zip(self._solids, spots, strict=True)
        ]
        GL.glDisable(GL.GL_BLEND)
        GL.glDisable(GL.GL_SCISSOR_TEST)
        GL.glColorMask(True, True, True, True)
        GL.glPolygonMode(GL.GL_FRONT_AND_BACK, GL.GL_FILL)
        GL.glEnable(GL.GL_DEPTH_TEST)
        GL.glDepthMask(GL.GL_TRUE)
        GL.glDepthFunc(GL.GL_LEQUAL)
        GL.glActiveTexture(GL.GL_TEXTURE0)
        if self._shadow_turn != frame.turn_degrees:
            self._draw_shadow_map(stands)
            self._shadow_turn = frame.turn_degrees
        self._screen.begin(frame.size, frame.samples, frame.scale)
        GL.glFrontFace(GL.GL_CW)  # the picture is upside down
        GL.glClearColor(*frame.look.background, 1.0)
        GL.glClear(GL.GL_COLOR_BUFFER_BIT | GL.GL_DEPTH_BUFFER_BIT)
        # what covers the ground must not make the picture itself transparent
        GL.glColorMask(True, True, True, False)
        width, height = frame.size
        camera = _TOP_ROW_FIRST @ frame.camera.projection(width / max(height, 1))
        camera = (camera @ frame.camera.view()).astype(np.float32)
        self._paints.bind(frame)
        self._draw_solids(frame, camera, stands)
        self._draw_overlays(frame, camera, stands)
        GL.glBindVertexArray(0)
        GL.glUseProgram(0)
        GL.glColorMask(True, True, True, True)
        pixels = self._screen.end(frame.size, frame.samples, frame.scale)
        error = GL.glGetError()
        if error != GL.GL_NO_ERROR:
            raise RendererError(f"OpenGL reports the error 0x{int(error):04x} while drawing")
        return pixels

    def release(self) -> None:
        """Free everything; the renderer is of no use afterwards."""
        parts: list[Solid | Program | Lines | Ground | Fog | Paints | ShadowMap | Screen] = [
            *self._solids, *self._programs.values(), self._box, self._ground, self._fog,
            self._paints, self._shadow, self._screen,
        ]  # fmt: skip
        for part in parts:
            part.release()
        self._solids = []

    def _colour(self, frame: Frame) -> None:
        """Hand over the numbers that colours stand for, where they are others than before."""
        style = frame.style
        wanted = (style.colouring, style.values, style.limit)
        before = self._coloured
        same = before is not None and before[0] == wanted[0] and before[2] == wanted[2]
        if same and before is not None and before[1] is wanted[1]:
            return
        GL.glActiveTexture(GL.GL_TEXTURE0 + paint.TONES_UNIT)
        for index, solid in enumerate(self._solids):
            solid.colour_by(style, index)
        self._coloured = wanted

    def _draw_shadow_map(self, stands: list[tuple[Solid, Matrix]]) -> None:
        """What the key light sees; it stays until something moves."""
        clip = light_clip(self._extent)
        self._light = (TO_TEXTURE @ clip).astype(np.float32)
        self._shadow.begin()
        GL.glEnable(GL.GL_POLYGON_OFFSET_FILL)
        GL.glPolygonOffset(2.5, 6.0)
        GL.glDisable(GL.GL_CULL_FACE)
        for solid, pose in stands:
            smooth = solid.shape.surface == "smooth"
            program = self._programs["smooth depth" if smooth else "cubes depth"]
            program.use(u_pose=pose, u_camera=clip, u_light=self._light)
            solid.draw(seen_from(pose, 1e4 * KEY))
        GL.glDisable(GL.GL_POLYGON_OFFSET_FILL)

    def _draw_solids(
        self, frame: Frame, camera: Matrix, stands: list[tuple[Solid, Matrix]]
    ) -> None:
        look, eye = frame.look, frame.camera.eye
        near = frame.camera.away + 0.15 * frame.camera.distance
        GL.glBindTexture(GL.GL_TEXTURE_2D, self._shadow.texture)
        GL.glEnable(GL.GL_CULL_FACE)
        GL.glCullFace(GL.GL_BACK)
        for surface in ("cubes", "smooth"):
            smooth = surface == "smooth"
            ones = [(i, *each) for i, each in enumerate(stands) if each[0].shape.surface == surface]
            if not ones:
                continue
            program = self._programs[surface]
            program.use(
                u_camera=camera, u_light=self._light, u_shadow_map=0,
                u_tones=paint.TONES_UNIT, u_map=paint.MAP_UNIT,
                u_texel=1 / self._shadow.side, u_eye=eye, u_key=KEY, u_fill=FILL,
                u_sky=look.sky, u_ground=look.bounce, u_haze=np.square(look.background),
                u_haze_range=(near, near + 14.0), u_gloss=0.10 if smooth else 0.03,
                u_joints=0.0 if smooth else JOINTS, u_kind=paint.kind(frame), u_wire=0,
            )  # fmt: skip
            if not frame.style.wire:
                self._draw_each(frame, program, ones)
            elif not smooth:
                program.use(u_wire=1)
                self._draw_each(frame, program, ones)
            else:
                self._draw_triangles(frame, program, ones)

    def _draw_triangles(
        self, frame: Frame, program: Program, ones: list[tuple[int, Solid, Matrix]]
    ) -> None:
        """The edges of triangles, and behind them nothing but the ground's colour."""
        program.use(u_wire=2)
        GL.glEnable(GL.GL_POLYGON_OFFSET_FILL)
        GL.glPolygonOffset(1.0, 2.0)
        self._draw_each(frame, program, ones)
        GL.glDisable(GL.GL_POLYGON_OFFSET_FILL)
        program.use(u_wire=3)
        GL.glPolygonMode(GL.GL_FRONT_AND_BACK, GL.GL_LINE)
        self._draw_each(frame, program, ones)
        GL.glPolygonMode(GL.GL_FRONT_AND_BACK, GL.GL_FILL)

    def _draw_each(
        self, frame: Frame, program: Program, ones: list[tuple[int, Solid, Matrix]]
    ) -> None:
        for index, solid, pose in ones:
            GL.glActiveTexture(GL.GL_TEXTURE0 + paint.TONES_UNIT)
            GL.glBindTexture(GL.GL_TEXTURE_3D, solid.tones)
            program.use(u_pose=pose, **paint.of_object(frame, index, solid.shape))
            solid.draw(seen_from(pose, frame.camera.eye))
            if index % AT_ONCE == AT_ONCE - 1:
                self._pause()
        GL.glActiveTexture(GL.GL_TEXTURE0)

    def _draw_overlays(
        self, frame: Frame, camera: Matrix, stands: list[tuple[Solid, Matrix]]
    ) -> None:
        """Ground, volumes and boxes over the solids; nothing of it hides anything."""
        GL.glDisable(GL.GL_CULL_FACE)
        GL.glEnable(GL.GL_BLEND)
        GL.glDepthMask(GL.GL_FALSE)
        if frame.style.floor:
            self._ground.draw(frame, camera, self._light, self._shadow, stands, self._extent)
        GL.glBlendFunc(GL.GL_ONE, GL.GL_ONE_MINUS_SRC_ALPHA)
        pause = None if self._given_up is _never else self._pause
        self._fog.draw(frame, camera, stands, pause)
        self._programs["line"].use(u_camera=camera)
        for solid, pose in stands:
            self._draw_boxes(frame, solid.shape, pose)
        GL.glDepthMask(GL.GL_TRUE)
        GL.glDisable(GL.GL_BLEND)

    def _pause(self) -> None:
        """Let the device come after, and see whether the picture is still wanted."""
        if self._given_up is not _never:
            GL.glFinish()
            if self._given_up():
                raise Abandoned

    def _draw_boxes(self, frame: Frame, shape: Shape, pose: Matrix) -> None:
        """Around the solid voxels, and where the object is cut."""
        program, size = self._programs["line"], np.array(shape.grid.shape)
        if frame.style.box:
            line = (*np.multiply(frame.look.box, 0.8), 0.8)
            program.use(u_pose=pose, u_low=shape.low, u_high=shape.high, u_line=line)
            self._box.draw()
        for axis in range(3):
            for place in shape.kept[:, axis]:
                if 0 < place < size[axis]:
                    low, high = np.zeros(3), size.astype(np.float64)
                    low[axis] = high[axis] = place
                    line = (*np.multiply(AXES[axis], 0.7), 0.7)
                    program.use(u_pose=pose, u_low=low, u_high=high, u_line=line)
                    self._box.draw()


def _never() -> bool:
    """Nobody gives a picture up."""
    return False


def _forget_errors() -> None:
    """Clear what others left on this context; one that is lost reports errors for ever."""
    for _ in range(MOST_OLD_ERRORS):
        if GL.glGetError() == GL.GL_NO_ERROR:
            return
    raise RendererError("OpenGL reports nothing but errors: the context is lost")
