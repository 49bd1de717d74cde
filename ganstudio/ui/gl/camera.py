"""An orbit camera: pure numbers, no window and no graphics library."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import cos, radians, sin, tan

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float32]

STEEPEST = 89.0
NEAREST, FARTHEST = 0.05, 400.0
AWAY = 200.0  # world units from the target to the eye of a camera without perspective
FRAME_MARGIN = 1.12


@dataclass
class Camera:
    """Looks at a point from an angle; z is up.

    Attributes:
        azimuth: degrees around z from the x axis.
        elevation: degrees above the horizon, within plus or minus 89.
        distance: from the eye to the target, in world units.
        target: (3,) the point that it turns around.
        field_of_view: degrees from the lower to the upper edge of the picture.
        orthographic: no perspective: what is far is drawn as large as what is near. The picture
            then holds what a perspective one holds at the target's distance.
    """

    azimuth: float = -52.0
    elevation: float = 24.0
    distance: float = 3.0
    target: Vector = field(default_factory=lambda: np.array([0.0, 0.0, 0.5]))
    field_of_view: float = 30.0
    orthographic: bool = False

    @property
    def axes(self) -> tuple[Vector, Vector, Vector]:
        """Unit vectors to the right, up, and from the target back to the eye."""
        a, e = radians(self.azimuth), radians(self.elevation)
        back = np.array([cos(e) * cos(a), cos(e) * sin(a), sin(e)])
        right = np.array([-sin(a), cos(a), 0.0])
        return right, np.cross(back, right), back

    @property
    def eye(self) -> Vector:
        """(3,) where the camera stands."""
        return self.target + self.away * self.axes[2]

    @property
    def away(self) -> float:
        """From the eye to the target, in world units; without perspective very far."""
        return AWAY if self.orthographic else self.distance

    def view(self) -> Matrix:
        """(4, 4) from the world to the eye, for column vectors."""
        matrix = np.eye(4)
        matrix[:3, :3] = np.stack(self.axes)
        matrix[:3, 3] = -matrix[:3, :3] @ self.eye
        return matrix.astype(np.float32)

    def projection(self, aspect: float) -> Matrix:
        """(4, 4) from the eye to the clip cube; ``aspect`` is width over height."""
        matrix = np.zeros((4, 4))
        if self.orthographic:
            scale, depth = 2 / self._height(), min(self.distance * 4 + 40, AWAY)
            matrix[0, 0], matrix[1, 1], matrix[3, 3] = scale / aspect, scale, 1
            matrix[2, 2], matrix[2, 3] = -1 / depth, -AWAY / depth
            return matrix.astype(np.float32)
        scale = 1 / tan(radians(self.field_of_view) / 2)
        near, far = self.distance * 0.02, self.distance * 4 + 40
        matrix[0, 0], matrix[1, 1] = scale / aspect, scale
        matrix[2, 2], matrix[2, 3] = (far + near) / (near - far), 2 * far * near / (near - far)
        matrix[3, 2] = -1
        return matrix.astype(np.float32)

    def orbit(self, right_degrees: float, up_degrees: float) -> None:
        """Walk around the target; the poles stop the climb."""
        self.azimuth = (self.azimuth + right_degrees + 180) % 360 - 180
        self.elevation = float(np.clip(self.elevation + up_degrees, -STEEPEST, STEEPEST))

    def look_from(self, azimuth: float, elevation: float) -> None:
        """Go round the target to this side; degrees."""
        self.azimuth = (azimuth + 180) % 360 - 180
        self.elevation = float(np.clip(elevation, -STEEPEST, STEEPEST))

    def pan(self, right: float, up: float) -> None:
        """Move sideways; 1 is the height of the picture at the target's distance."""
        across, above, _ = self.axes
        self.target = self.target + (right * across + up * above) * self._height()

    def zoom(self, factor: float, x: float = 0.0, y: float = 0.0, aspect: float = 1.0) -> None:
        """Come nearer by ``factor`` so that what is under the cursor stays there.

        Args:
            factor: above 1 comes nearer.
            x: cursor, -1 at the left edge to 1 at the right.
            y: cursor, -1 at the lower edge to 1 at the upper.
            aspect: width over height of the picture.

        Raises:
            ValueError: if the factor is not above 0.
        """
        if factor <= 0:
            raise ValueError(f"a zoom factor is above 0, got {factor}")
        before = self._height()
        self.distance = float(np.clip(self.distance / factor, NEAREST, FARTHEST))
        lost = (before - self._height()) / 2
        across, above, _ = self.axes
        self.target = self.target + lost * (x * aspect * across + y * above)

    def frame(self, low: Vector, high: Vector, aspect: float) -> None:
        """Show a box whole and as large as it goes, from the same side as now.

        Args:
            low: (3,) its least corner.
            high: (3,) its greatest corner.
            aspect: width over height of the picture.
        """
        low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
        self.target = (low + high) / 2
        ends = np.stack([low, high])
        corners = np.stack([ends[[i, j, k], [0, 1, 2]] for i, j, k in np.ndindex(2, 2, 2)])
        seen = (corners - self.target) @ np.stack(self.axes).T
        slope = tan(radians(self.field_of_view) / 2) / FRAME_MARGIN
        # a corner at (u, v, w) is inside when |u| <= slope aspect (distance - w), likewise v
        reach = np.maximum(np.abs(seen[:, 0]) / aspect, np.abs(seen[:, 1])) / slope
        if not self.orthographic:
            reach += seen[:, 2]
        self.distance = float(np.clip(reach.max(), NEAREST, FARTHEST))

    def ray(self, x: float, y: float, aspect: float) -> tuple[Vector, Vector]:
        """Origin (3,) and unit direction (3,) of the sight line through a point of the picture.

        Args:
            x: -1 at the left edge to 1 at the right.
            y: -1 at the lower edge to 1 at the upper.
            aspect: width over height of the picture.
        """
        across, above, back = self.axes
        if self.orthographic:
            half = self._height() / 2
            return self.eye + half * (x * aspect * across + y * above), -back
        slope = tan(radians(self.field_of_view) / 2)
        direction = x * aspect * slope * across + y * slope * above - back
        return self.eye, direction / np.linalg.norm(direction)

    def project(self, points: Vector, aspect: float) -> Vector:
        """Where points of the world are in the picture.

        Args:
            points: (N, 3).
            aspect: width over height of the picture.

        Returns:
            (N, 2), -1 to 1 from left to right and from bottom to top inside the picture; NaN for
            what lies behind the eye.
        """
        matrix = self.projection(aspect).astype(np.float64) @ self.view().astype(np.float64)
        clip = np.asarray(points, dtype=np.float64) @ matrix[:, :3].T + matrix[:, 3]
        depth = np.where(clip[:, 3] > 0, clip[:, 3], np.nan)
        seen: Vector = clip[:, :2] / depth[:, None]
        return seen

    def _height(self) -> float:
        """Of the picture at the target's distance, in world units."""
        return 2 * self.distance * tan(radians(self.field_of_view) / 2)
