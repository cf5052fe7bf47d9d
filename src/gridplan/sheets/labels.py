"""Labels that do not run into one another: each at an inner place of its area that is still free, in the largest size that fits."""

from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

STEPS = 7  # places tried across an area each way


def places(area: shapely.Geometry) -> Iterator[tuple[float, float]]:
    """Yield inner points of an area, the one with most room around it first."""
    largest = max(shapely.get_parts(area), key=lambda part: part.area)
    x0, y0, x1, y1 = largest.bounds
    xs, ys = np.meshgrid(np.linspace(x0, x1, STEPS + 2)[1:-1], np.linspace(y0, y1, STEPS + 2)[1:-1])
    points = shapely.points(xs.ravel(), ys.ravel())
    points = np.append(points[shapely.contains(largest, points)], shapely.point_on_surface(largest))
    room = shapely.distance(points, largest.boundary)
    for at in np.argsort(-room, kind="stable"):
        yield points[at].x, points[at].y


def placed(
    areas: Sequence[shapely.Geometry], sizes: Sequence[Sequence[tuple[float, float]]]
) -> list[tuple[float, float, int] | None]:
    """Return where the label of each area stands, and in which of its sizes; None where it fits nowhere.

    Parameters
    ----------
    areas
        What each label is of, metres.
    sizes
        Width and height of each label, metres, in the sizes that it may have, the largest first.
    """
    taken: list[tuple[float, float, float, float]] = []
    found: list[tuple[float, float, int] | None] = [None] * len(areas)
    for number in np.argsort([area.area for area in areas], kind="stable").tolist():
        found[number] = _fitting(areas[number], sizes[number], taken)
        if (at := found[number]) is not None:
            taken.append(box_of(at[0], at[1], *sizes[number][at[2]]))
    return found


def _fitting(
    area: shapely.Geometry,
    sizes: Sequence[tuple[float, float]],
    taken: Sequence[tuple[float, float, float, float]],
) -> tuple[float, float, int] | None:
    """Return the first place where a label runs into no other, as large as can be."""
    there = np.array(taken).reshape(-1, 4)
    spots = list(places(area))
    for size, (width, height) in enumerate(sizes):
        for x, y in spots:
            if not meets(np.array(box_of(x, y, width, height)), there):
                return x, y, size
    return None


def box_of(x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
    """Return the corners (x0, y0, x1, y1) of a label around a place."""
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def meets(box: NDArray[np.float64], others: NDArray[np.float64]) -> bool:
    """Tell whether a box (x0, y0, x1, y1) meets any of others, shape (boxes, 4)."""
    apart = (
        (others[:, 0] >= box[2])
        | (others[:, 2] <= box[0])
        | (others[:, 1] >= box[3])
        | (others[:, 3] <= box[1])
    )
    return bool((~apart).any())
