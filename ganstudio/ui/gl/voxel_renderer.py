"""Draws shapes with OpenGL 3.3 core: solids, their shadows, the ground and boxes."""

from __future__ import annotations

from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray

from ganstudio.ui.gl.buffers import GL, Lines, Program, Quad, Solid
from ganstudio.ui.gl.framebuffers import Screen, ShadowMap
from ganstudio.ui.gl.look import Colour, Frame, RendererError
from ganstudio.ui.gl.scene import Shape, bounds, places

Matrix = NDArray[np.float32]

SHADOW_SIDE = 1024
SHADOW_SIDE_SOFTWARE = 512  # a quarter of the work, and a softer edge
JOINTS = 0.16
MOST_OLD_ERRORS = 32
GRID_PITCH = 0.125


def _towards(azimuth: float, elevation: float) -> NDArray[np.float64]:
    """Unit vector towards a light."""
    a, e = radians(azimuth), radians(elevation)
    return np.array([cos(a) * cos(e), sin(a) * cos(e), sin(e)])


KEY = _towards(-112, 50)
FILL = _towards(30, 18)
_TO_TEXTURE = np.array(
    [[0.5, 0, 0, 0.5], [0, 0.5, 0, 0.5], [0, 0, 0.5, 0.5], [0, 0, 0, 1]], dtype=np.float64
)
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
            "cubes": Program("cubes.vert", "shadow.frag", "solid.frag"),
            "smooth": Program("smooth.vert", "shadow.frag", "solid.frag"),
            "cubes depth": Program("cubes.vert", "depth.frag"),
            "smooth depth": Program("smooth.vert", "depth.frag"),
            "floor": Program("floor.vert", "floor.frag"),
            "shade": Program("floor.vert", "shadow.frag", "shade.frag"),
            "contact": Program("contact.vert", "contact.frag"),
            "line": Program("line.vert", "line.frag"),
        }
        self._solids: list[Solid] = []
        self._box, self._quad = Lines(_BOX_EDGES), Quad()
        self._shadow = ShadowMap(SHADOW_SIDE_SOFTWARE if software else SHADOW_SIDE)
        self._screen = Screen()
        self._shadow_turn: float | None = None
        self._light = np.eye(4, dtype=np.float32)

    def show(self, shapes: list[Shape]) -> None:
        """Take these shapes onto the device in place of those that were there."""
        for solid in self._solids:
            solid.release()
        self._solids = [Solid(shape) for shape in shapes]
        self._shadow_turn = None

    def draw(self, frame: Frame) -> None:
        """Draw a picture into the frame's target.

        Raises:
            RendererError: if the driver reports an error, or the context is lost.
        """
        _forget_errors()
        poses = self._poses(frame.turn_degrees)
        GL.glDisable(GL.GL_BLEND)
        GL.glEnable(GL.GL_DEPTH_TEST)
        GL.glDepthMask(GL.GL_TRUE)
        GL.glDepthFunc(GL.GL_LEQUAL)
        if self._shadow_turn != frame.turn_degrees:
            self._draw_shadow_map(poses)
            self._shadow_turn = frame.turn_degrees
        width, height = frame.size
        self._screen.begin(frame.size, frame.samples, frame.target)
        GL.glViewport(0, 0, width, height)
        GL.glClearColor(*frame.look.background, 1.0)
        GL.glClear(GL.GL_COLOR_BUFFER_BIT | GL.GL_DEPTH_BUFFER_BIT)
        camera = frame.camera.projection(width / max(height, 1)) @ frame.camera.view()
        GL.glActiveTexture(GL.GL_TEXTURE0)
        GL.glBindTexture(GL.GL_TEXTURE_2D, self._shadow.texture)
        self._draw_solids(frame, camera, poses)
        self._draw_overlays(frame, camera, poses)
        GL.glBindVertexArray(0)
        GL.glUseProgram(0)
        self._screen.end(frame.size, frame.samples, frame.target)
        error = GL.glGetError()
        if error != GL.GL_NO_ERROR:
            raise RendererError(f"OpenGL reports the error 0x{int(error):04x} while drawing")

    def release(self) -> None:
        """Free everything; the renderer is of no use afterwards."""
        parts: list[Solid | Program | Lines | Quad | ShadowMap | Screen] = [
            *self._solids, *self._programs.values(), self._box, self._quad,
            self._shadow, self._screen,
        ]  # fmt: skip
        for part in parts:
            part.release()
        self._solids = []

    def _poses(self, turn_degrees: float) -> list[Matrix]:
        stands = places(len(self._solids))
        return [
            solid.shape.pose(place, turn_degrees)
            for solid, place in zip(self._solids, stands, strict=True)
        ]

    def _draw_shadow_map(self, poses: list[Matrix]) -> None:
        """What the key light sees; it stays until something moves."""
        clip = _light_clip([solid.shape for solid in self._solids])
        self._light = (_TO_TEXTURE @ clip).astype(np.float32)
        self._shadow.begin()
        GL.glEnable(GL.GL_POLYGON_OFFSET_FILL)
        GL.glPolygonOffset(2.5, 6.0)
        GL.glDisable(GL.GL_CULL_FACE)
        for solid, pose in zip(self._solids, poses, strict=True):
            program = self._programs[solid.shape.surface + " depth"]
            program.use(u_pose=pose, u_camera=clip, u_light=self._light)
            solid.draw(_seen_from(pose, 1e4 * KEY))
        GL.glDisable(GL.GL_POLYGON_OFFSET_FILL)

    def _draw_solids(self, frame: Frame, camera: Matrix, poses: list[Matrix]) -> None:
        look, eye = frame.look, frame.camera.eye
        near = frame.camera.distance * 1.15
        GL.glEnable(GL.GL_CULL_FACE)
        GL.glCullFace(GL.GL_BACK)
        for index, (solid, pose) in enumerate(zip(self._solids, poses, strict=True)):
            smooth = solid.shape.surface == "smooth"
            paint = np.square(look.colours[index % len(look.colours)])
            if index == frame.chosen:
                paint = paint * 0.8 + 0.2
            self._programs[solid.shape.surface].use(
                u_pose=pose, u_camera=camera, u_light=self._light, u_shadow_map=0,
                u_texel=1 / self._shadow.side, u_colour=paint, u_eye=eye, u_key=KEY, u_fill=FILL,
                u_sky=look.sky, u_ground=look.bounce, u_haze=np.square(look.background),
                u_haze_range=(near, near + 14.0), u_gloss=0.10 if smooth else 0.03,
                u_joints=0.0 if smooth else JOINTS,
            )  # fmt: skip
            solid.draw(_seen_from(pose, eye))

    def _draw_overlays(self, frame: Frame, camera: Matrix, poses: list[Matrix]) -> None:
        """Ground and boxes over the solids; nothing of it hides anything."""
        GL.glDisable(GL.GL_CULL_FACE)
        GL.glEnable(GL.GL_BLEND)
        GL.glDepthMask(GL.GL_FALSE)
        if frame.floor:
            self._draw_floor(frame, camera)
            if frame.camera.eye[2] > 0:
                self._draw_shade(frame, camera)
                self._draw_contacts(camera, poses, frame.look.contact)
        if frame.box:
            self._draw_boxes(camera, poses, frame.look.box)
        GL.glDepthMask(GL.GL_TRUE)
        GL.glDisable(GL.GL_BLEND)

    def _draw_floor(self, frame: Frame, camera: Matrix) -> None:
        """The grid and the pool of light; from below only the grid."""
        look, above = frame.look, frame.camera.eye[2] > 0
        low, high = bounds([solid.shape for solid in self._solids], turning=True)
        half = 1.9 * float(np.linalg.norm((high - low)[:2])) / 2 + 0.9
        GL.glBlendFunc(GL.GL_ONE, GL.GL_ONE_MINUS_SRC_ALPHA)
        self._programs["floor"].use(
            u_camera=camera, u_light=self._light, u_middle=((low + high) / 2)[:2],
            u_half=(half, half), u_height=-0.002, u_line=look.line, u_pool=look.ground,
            u_pool_strength=look.pool if above else 0.0, u_pitch=GRID_PITCH,
        )  # fmt: skip
        self._quad.draw()

    def _draw_shade(self, frame: Frame, camera: Matrix) -> None:
        """The cast shadow, on no more of the ground than it can reach."""
        low, high = bounds([solid.shape for solid in self._solids], turning=True)
        fall = -KEY[:2] / KEY[2] * high[2]
        low, high = np.minimum(low[:2], low[:2] + fall), np.maximum(high[:2], high[:2] + fall)
        GL.glBlendFunc(GL.GL_SRC_ALPHA, GL.GL_ONE_MINUS_SRC_ALPHA)
        GL.glBindTexture(GL.GL_TEXTURE_2D, self._shadow.texture)
        self._programs["shade"].use(
            u_camera=camera, u_light=self._light, u_shadow_map=0, u_texel=1 / self._shadow.side,
            u_middle=(low + high) / 2, u_half=(high - low) / 2 + 0.05, u_height=-0.0015,
            u_shade=frame.look.shade,
        )  # fmt: skip
        self._quad.draw()

    def _draw_contacts(self, camera: Matrix, poses: list[Matrix], strength: float) -> None:
        GL.glBlendFunc(GL.GL_SRC_ALPHA, GL.GL_ONE_MINUS_SRC_ALPHA)
        for solid, pose in zip(self._solids, poses, strict=True):
            x, y = solid.shape.occupied.shape[:2]
            GL.glBindTexture(GL.GL_TEXTURE_2D, solid.contact)
            self._programs["contact"].use(
                u_camera=camera, u_pose=pose, u_contact=0, u_shade=strength,
                u_area=(x / 2, y / 2, max(x, y), solid.shape.floor - 0.03),
            )  # fmt: skip
            self._quad.draw()

    def _draw_boxes(self, camera: Matrix, poses: list[Matrix], colour: Colour) -> None:
        GL.glBlendFunc(GL.GL_ONE, GL.GL_ONE_MINUS_SRC_ALPHA)
        for solid, pose in zip(self._solids, poses, strict=True):
            shape = solid.shape
            self._programs["line"].use(
                u_camera=camera,
                u_pose=pose,
                u_low=shape.low,
                u_high=shape.high,
                u_line=(*np.multiply(colour, 0.8), 0.8),
            )
            self._box.draw()


def _forget_errors() -> None:
    """Clear what others left on this context; one that is lost reports errors for ever."""
    for _ in range(MOST_OLD_ERRORS):
        if GL.glGetError() == GL.GL_NO_ERROR:
            return
    raise RendererError("OpenGL reports nothing but errors: the context is lost")


def _seen_from(pose: Matrix, point: NDArray[np.float64]) -> NDArray[np.float64]:
    """A point of the world in the voxels of a shape that stands like this."""
    local: NDArray[np.float64] = np.linalg.inv(pose.astype(np.float64))[:3] @ np.append(point, 1.0)
    return local


def _light_clip(shapes: list[Shape]) -> Matrix:
    """(4, 4) from the world to the key light's picture, which holds all that casts a shadow."""
    low, high = bounds(shapes, turning=True)
    low[2] = min(low[2], -0.01)
    right = np.cross([0.0, 0.0, 1.0], KEY)
    right /= np.linalg.norm(right)
    axes = np.stack([right, np.cross(KEY, right), -KEY])
    ends = np.stack([low, high])
    corners = np.stack([ends[list(pick), [0, 1, 2]] for pick in np.ndindex(2, 2, 2)])
    seen = corners @ axes.T
    near, far = seen.min(axis=0) - 0.05, seen.max(axis=0) + 0.05
    far[2] += 1.0  # the floor beyond the objects lies farther from the light
    clip = np.eye(4)
    clip[:3, :3] = axes * (2 / (far - near))[:, None]
    clip[:3, 3] = -(far + near) / (far - near)
    return clip.astype(np.float32)
