"""One community cut into cells: each around its points, all of them tiling it exactly.

The community is cut along roads, barriers and special areas into faces; a face with several points is cut half-way between them
(Voronoi); water is cut half-way between its banks. All lines are noded together once, so cells share their vertices.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Geometries = NDArray[np.object_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NOBODY = -1
OVERSHOOT_M = 0.001  # lines run on past the border by so much, so that they are sure to meet it
BANK_STEP_M = 12.0
CORNER_M = 0.01  # corners of cells nearer than this are one: rows of houses have corners a hair apart
SLIVER_M = 0.25  # mean width below which a face is a sliver
HAIR_M = 0.1  # faces that share less of a line hang together by a hair
APART_M = 1e7  # farther than any two points of a district: keeps points of different faces apart in one tree


@dataclass(frozen=True, kw_only=True)
class Tiling:
    """Faces (f,) that tile a community.

    ``label`` says whose each face is, ``origin`` the label asked for (-1: nobody's; a label whose pieces lie apart got
    a new one for each further piece), ``block`` the land between roads and barriers it lies in, ``spot_face`` the
    face of each spot (k,).
    """

    faces: Geometries
    label: Ints
    origin: Ints
    block: Ints
    spot_face: Ints


@dataclass(frozen=True, kw_only=True)
class Seams:
    """Where two faces touch along a line: their numbers, and the length and the middle of each piece of line."""

    left: Ints
    right: Ints
    length_m: Floats
    middle: Floats
    pieces: Geometries


def seams(faces: Geometries) -> Seams:
    """Return the pieces of line that two faces share, vertex for vertex."""
    rings, owner = shapely.get_rings(faces, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    begin, end, face = xy[:-1][joined], xy[1:][joined], owner[ring[:-1][joined]]
    swap = (begin[:, 0] > end[:, 0]) | ((begin[:, 0] == end[:, 0]) & (begin[:, 1] > end[:, 1]))
    low, high = np.where(swap[:, None], end, begin), np.where(swap[:, None], begin, end)
    key = np.hstack([low, high])
    order = np.lexsort(key.T)
    same = (key[order][1:] == key[order][:-1]).all(axis=1)
    first, second = order[:-1][same], order[1:][same]
    apart = face[first] != face[second]
    first, second = first[apart], second[apart]
    return Seams(
        left=np.minimum(face[first], face[second]),
        right=np.maximum(face[first], face[second]),
        length_m=np.hypot(*(high[first] - low[first]).T),
        middle=(low[first] + high[first]) / 2,
        pieces=shapely.linestrings(np.stack([low[first], high[first]], axis=1)),
    )


def _faces(lines: Geometries, shape: shapely.Geometry) -> Geometries:
    """Return the faces that lines cut a shape into, in an order that depends on where they lie alone."""
    noded = shapely.union_all(np.append(lines, shapely.boundary(shape)))
    found = shapely.get_parts(shapely.polygonize([noded]))
    inside = shapely.point_on_surface(found)
    found, inside = found[mine := shapely.intersects(shape, inside)], inside[mine]
    place = shapely.get_coordinates(inside)
    return found[np.lexsort((place[:, 1], place[:, 0]))]


def _inner(faces: Geometries) -> Floats:
    return shapely.get_coordinates(shapely.point_on_surface(faces))


def place_in(points: Floats, faces: Geometries) -> Ints:
    """Return the face of each point, the nearest where none holds it."""
    if not len(points):
        return np.zeros(0, np.int64)
    tree = shapely.STRtree(faces)
    pairs = tree.query_nearest(shapely.points(points), all_matches=True)
    face = np.full(len(points), len(faces))
    np.minimum.at(face, pairs[0], pairs[1])
    return face


def _nearest(points: Floats, point_face: Ints, spots: Floats, spot_face: Ints) -> Ints:
    """Return for each point the nearest spot of the same face, -1 where it has none."""
    if not len(spots):
        return np.full(len(points), NOBODY)
    tree = cKDTree(np.column_stack([spots, spot_face * APART_M]))
    away, spot = tree.query(np.column_stack([points, point_face * APART_M]))
    return np.where(away < APART_M / 2, spot, NOBODY)


def _halfway(face: shapely.Geometry, spots: Floats) -> Geometries:
    """Return the lines half-way between the spots of a face, running a little past its border."""
    edges = shapely.voronoi_polygons(
        shapely.multipoints(spots), extend_to=shapely.envelope(face), only_edges=True
    )
    whole = shapely.transform(edges, lambda xy: np.round(xy / CORNER_M) * CORNER_M)
    return shapely.get_parts(shapely.intersection(whole, shapely.buffer(face, OVERSHOOT_M, quad_segs=1)))


def _voronoi(faces: Geometries, spots: Floats, spot_face: Ints, owner: Ints) -> Geometries:
    """Return the lines half-way between the spots of different owners, face by face."""
    lines = [np.zeros(0, object)]
    for face in np.unique(spot_face):
        mine = spot_face == face
        if len(np.unique(owner[mine])) > 1:
            lines.append(_halfway(faces[face], spots[mine]))
    return np.concatenate(lines)


def _banks(water: Geometries, faces: Geometries, label: Ints) -> tuple[Floats, Ints]:
    """Return points along the banks of water faces, and the label of the land beside each."""
    land = np.flatnonzero(label >= 0)
    rings = shapely.segmentize(shapely.boundary(water), BANK_STEP_M)
    points = np.unique(shapely.get_coordinates(rings), axis=0)
    if not len(land) or not len(points):
        return np.zeros((0, 2)), np.zeros(0, np.int64)
    tree = shapely.STRtree(faces[land])
    at, found = tree.query(shapely.points(points), predicate="dwithin", distance=OVERSHOOT_M)
    beside = np.full(len(points), len(faces))
    np.minimum.at(beside, at, land[found])
    known = beside < len(faces)
    return points[known], label[beside[known]]


def _grown(label: Ints, at: Seams, passable: NDArray[np.bool_]) -> Ints:
    """Return labels where each unlabelled face joins the labelled neighbour with the longest common line, over land if it can."""
    label = label.copy()
    for usable in (passable, np.ones(len(passable), bool)):
        while True:
            one, other = label[at.left], label[at.right]
            open_left, open_right = usable & (one < 0) & (other >= 0), usable & (other < 0) & (one >= 0)
            face = np.concatenate([at.left[open_left], at.right[open_right]])
            towards = np.concatenate([other[open_left], one[open_right]])
            if not len(face):
                break
            length = np.concatenate([at.length_m[open_left], at.length_m[open_right]])
            pair, inverse = np.unique(np.column_stack([face, towards]), axis=0, return_inverse=True)
            total = np.bincount(inverse.ravel(), weights=length)
            order = np.lexsort((pair[:, 1], -total, pair[:, 0]))
            first = order[np.unique(pair[order, 0], return_index=True)[1]]
            label[pair[first, 0]] = pair[first, 1]
    return label


def components(count: int, left: Ints, right: Ints) -> Ints:
    """Return the number of the connected piece of each of ``count`` things that pairs join."""
    from scipy.sparse import coo_array, csgraph  # noqa: PLC0415 # one place uses it

    pairs = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(count, count))
    return csgraph.connected_components(pairs, directed=False)[1].astype(np.int64)


def _whole(label: Ints, held: NDArray[np.bool_], at: Seams, barred: NDArray[np.bool_]) -> Ints:
    """Return labels of one piece each: pieces without a point are given up, further ones with a point get labels of their own."""
    same = (label[at.left] == label[at.right]) & (label[at.left] >= 0)
    piece, side = (components(len(label), at.left[way], at.right[way]) for way in (same, same & ~barred))
    pairs = np.unique(np.column_stack([label, side])[held], axis=0)
    torn = pairs[1:, 0][pairs[1:, 0] == pairs[:-1, 0]]
    piece = np.where(np.isin(label, torn), len(label) + side, piece)
    with_point = np.zeros(2 * len(label), bool)
    with_point[piece[held]] = True
    label = np.where(with_point[piece], label, NOBODY)
    pairs, inverse = np.unique(np.column_stack([label, piece]), axis=0, return_inverse=True)
    first = np.append(True, pairs[1:, 0] != pairs[:-1, 0])
    extra = ~first & (pairs[:, 0] >= 0)
    fresh = pairs[:, 0].copy()
    fresh[extra] = label.max(initial=0) + 1 + np.arange(extra.sum())
    return fresh[inverse.ravel()]


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What cuts a community: ``lines`` (roads and barriers), ``water`` (barriers with an area), ``fixed`` polygons with labels."""

    lines: Geometries
    walls: Geometries  # the lines that nobody crosses
    water: Geometries
    fixed: Geometries
    fixed_label: Ints


def tile(shape: shapely.Geometry, spots: Floats, owner: Ints, ground: Ground) -> Tiling:
    """Cut a community into faces and say whose each is.

    Parameters
    ----------
    shape
        Polygon or multipolygon, metres.
    spots, owner
        Points (k, 2) and the label of each (k,), 0 or more; no two points of different labels coincide.
    ground
        What cuts it.

    Returns
    -------
    Labels of the spots and of the fixed polygons; new labels, larger than these, for pieces that nobody holds and nothing touches,
    and for pieces of one label that lie apart.
    """
    every = np.concatenate([ground.lines, shapely.boundary(ground.water), shapely.boundary(ground.fixed)])
    cuts = every[shapely.intersects(shape, every)] if len(every) else every
    blocks = _faces(cuts, shape)
    spot_block = place_in(spots, blocks)
    lines = np.append(cuts, _voronoi(blocks, spots, spot_block, owner))
    faces = _faces(lines, shape)
    label, block = _labelled(faces, blocks, spots, spot_block, owner, ground)
    wet = _covered(faces, ground.water) & (label < 0)
    if wet.any():
        bank, beside = _banks(faces[wet], faces, np.where(np.isin(label, ground.fixed_label), NOBODY, label))
        if len(np.unique(beside)) > 1:
            wet_face = place_in(bank, faces[wet])
            lines = np.append(lines, _voronoi(faces[wet], bank, wet_face, beside))
            faces = _faces(lines, shape)
            label, block = _labelled(faces, blocks, spots, spot_block, owner, ground)
            open_faces = np.flatnonzero(_covered(faces, ground.water) & (label < 0))
            label[open_faces] = beside[cKDTree(bank).query(_inner(faces[open_faces]))[1]]
    return _settled(faces, label, block, spots, owner, ground)


def _covered(faces: Geometries, areas: Geometries) -> NDArray[np.bool_]:
    """Return which faces lie in one of the areas."""
    inside = np.zeros(len(faces), bool)
    if len(areas) and len(faces):
        inside[shapely.STRtree(areas).query(shapely.point_on_surface(faces), predicate="intersects")[0]] = (
            True
        )
    return inside


def _labelled(
    faces: Geometries, blocks: Geometries, spots: Floats, spot_block: Ints, owner: Ints, ground: Ground
) -> tuple[Ints, Ints]:
    inner = _inner(faces)
    block = place_in(inner, blocks)
    spot = _nearest(inner, block, spots, spot_block)
    label = np.where(spot >= 0, owner[spot] if len(owner) else NOBODY, NOBODY)
    if len(ground.fixed):
        face, area = shapely.STRtree(ground.fixed).query(shapely.points(inner), predicate="intersects")
        label[face[::-1]] = ground.fixed_label[area[::-1]]
    return label, block


def _settled(
    faces: Geometries, label: Ints, block: Ints, spots: Floats, owner: Ints, ground: Ground
) -> Tiling:
    """Make each label one piece with its points, and give every face a label."""
    at = _firm(seams(faces))
    origin = label.copy()
    fixed = np.isin(label, ground.fixed_label)
    face = place_in(spots, faces)
    held = fixed.copy()
    held[face[label[face] == owner]] = True
    free = ~fixed[at.left] & ~fixed[at.right]
    barred = along(at.middle, ground.walls)
    sliver = slivers(faces)
    label = _whole(label, held, at, (barred & free) | sliver[at.left] | sliver[at.right])
    grown = _grown(np.where(fixed, NOBODY, label), _some(at, free), ~barred[free])
    label = np.where(fixed, label, grown)
    left_over = np.flatnonzero(label < 0)
    if len(left_over):
        lone = (label[at.left] < 0) & (label[at.right] < 0)
        piece = components(len(label), at.left[lone], at.right[lone])[left_over]
        label[left_over] = label.max(initial=NOBODY) + 1 + np.unique(piece, return_inverse=True)[1].ravel()
    source = np.full(label.max() + 1, NOBODY)
    source[label[held]] = origin[held]
    return Tiling(faces=faces, label=label, origin=source[label], block=block, spot_face=face)


def slivers(faces: Geometries) -> NDArray[np.bool_]:
    """Return which faces are so thin, as between a road and a border drawn along it, that nobody could walk through."""
    return 2 * shapely.area(faces) < SLIVER_M * shapely.length(faces)


def _firm(at: Seams) -> Seams:
    """Return the seams of faces that share more than a point or a hair."""
    pair = np.unique(np.column_stack([at.left, at.right]), axis=0, return_inverse=True)[1].ravel()
    return _some(at, np.bincount(pair, weights=at.length_m)[pair] >= HAIR_M)


def _some(at: Seams, mask: NDArray[np.bool_]) -> Seams:
    return Seams(**{name: values[mask] for name, values in vars(at).items()})


def along(middle: Floats, lines: Geometries, *, within_m: float = 0.05) -> NDArray[np.bool_]:
    """Return which points lie on one of some lines or areas."""
    on = np.zeros(len(middle), bool)
    if len(lines) and len(middle):
        points = shapely.points(middle)
        on[shapely.STRtree(lines).query(points, predicate="dwithin", distance=within_m)[0]] = True
    return on
