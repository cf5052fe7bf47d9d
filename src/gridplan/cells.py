"""One community cut into cells: each around its points, all of them tiling it exactly.

The community is cut along roads, barriers and special areas into faces; a face with several points is cut half-way between them
(Voronoi); water is cut half-way between its banks. All lines are noded together once, so cells share their vertices.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from scipy.spatial import cKDTree

from gridplan.seams import Seams, components, seams_of, slivers
from gridplan.where import Flags, Floats, Geometries, Ints, along, held_by, place_in

NOBODY = -1
OVERSHOOT_M = 0.001  # lines run on past the border by so much, so that they are sure to meet it
BANK_STEP_M = 12.0
CORNER_M = 0.01  # corners of cells nearer than this are one: rows of houses have corners a hair apart
SPECK_M2 = 0.01  # a face so small may share no more than a hair with any other
APART_M = 1e7  # farther than any two points of a district: keeps points of different faces apart in one tree


@dataclass(frozen=True, kw_only=True)
class Tiling:
    """Faces (f,) that tile a community.

    ``label`` says whose each face is, ``origin`` the label asked for (-1: nobody's; a label whose pieces lie apart got
    a new one for each further piece), ``block`` the land between roads and barriers it lies in, ``spot_face`` the
    face of each spot (k,), ``seams`` where they touch.
    """

    faces: Geometries
    label: Ints
    origin: Ints
    block: Ints
    spot_face: Ints
    seams: Seams


class _Faces(NamedTuple):
    """Polygons, and a point (f, 2) inside each."""

    shapes: Geometries
    inner: Floats


def _faces(lines: Geometries, shape: shapely.Geometry) -> _Faces:
    """Return the faces that lines cut a shape into, in an order that depends on where they lie alone."""
    noded = shapely.union_all(np.append(lines, shapely.boundary(shape)))
    found = shapely.get_parts(shapely.polygonize([noded]))
    inner = shapely.get_coordinates(shapely.point_on_surface(found))
    mine = np.flatnonzero(held_by(inner, np.array([shape])) >= 0)
    order = mine[np.lexsort((inner[mine, 1], inner[mine, 0]))]
    return _Faces(found[order], inner[order])


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


def _grown(label: Ints, at: Seams, passable: Flags) -> Ints:
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


def _whole(label: Ints, held: Flags, at: Seams, barred: Flags) -> Ints:
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
class _Homes:
    """Spots (k, 2) where somebody lives, the owner of each, and the block that it lies in."""

    spots: Floats
    owner: Ints
    block: Ints


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
    blocks = _faces(cuts, shape).shapes
    homes = _Homes(spots=spots, owner=owner, block=place_in(spots, blocks))
    lines = np.append(cuts, _voronoi(blocks, spots, homes.block, owner))
    faces = _faces(lines, shape)
    label, block = _labelled(faces, blocks, homes, ground)
    wet = along(faces.inner, ground.water, within_m=0.0) & (label < 0)
    if wet.any():
        water, land = faces.shapes[wet], np.where(np.isin(label, ground.fixed_label), NOBODY, label)
        bank, beside = _banks(water, faces.shapes, land)
        if len(np.unique(beside)) > 1:
            lines = np.append(lines, _voronoi(water, bank, place_in(bank, water), beside))
            faces = _faces(lines, shape)
            label, block = _labelled(faces, blocks, homes, ground)
            wet = along(faces.inner, ground.water, within_m=0.0) & (label < 0)
            label[wet] = beside[cKDTree(bank).query(faces.inner[wet])[1]]
    return _settled(faces.shapes, label, block, homes, ground)


def _labelled(faces: _Faces, blocks: Geometries, homes: _Homes, ground: Ground) -> tuple[Ints, Ints]:
    """Return whose each face is by the spot nearest to it in its block, and the block."""
    block = place_in(faces.inner, blocks)
    spot = _nearest(faces.inner, block, homes.spots, homes.block)
    owner, fixed = np.append(homes.owner, NOBODY), held_by(faces.inner, ground.fixed)
    return np.where(fixed >= 0, np.append(ground.fixed_label, NOBODY)[fixed], owner[spot]), block


def _face_of(homes: _Homes, faces: Geometries, block: Ints) -> Ints:
    """Return the face of each spot; one on a road, where faces of two blocks meet, is in that of its own block."""
    face = place_in(homes.spots, faces)
    astray = np.flatnonzero(block[face] != homes.block)
    for own in np.unique(homes.block[astray]):
        spots, inside = astray[homes.block[astray] == own], np.flatnonzero(block == own)
        if len(inside):
            face[spots] = inside[place_in(homes.spots[spots], faces[inside])]
    return face


def _settled(faces: Geometries, label: Ints, block: Ints, homes: _Homes, ground: Ground) -> Tiling:
    """Make each label one piece with its points, and give every face a label."""
    every = seams_of(faces)
    at = every.firm
    origin = label.copy()
    fixed = np.isin(label, ground.fixed_label)
    face = _face_of(homes, faces, block)
    held = fixed.copy()
    held[face[label[face] == homes.owner]] = True
    free = ~fixed[at.left] & ~fixed[at.right]
    barred = along(at.middle, ground.walls)
    sliver = slivers(faces)
    label = _whole(label, held, at, (barred & free) | sliver[at.left] | sliver[at.right])
    grown = _grown(np.where(fixed, NOBODY, label), at.some(free), ~barred[free])
    speck = (grown < 0) & ~fixed & (shapely.area(faces) < SPECK_M2)
    beside = every.some((speck[every.left] | speck[every.right]) & ~fixed[every.left] & ~fixed[every.right])
    grown = _grown(grown, beside, np.ones(len(beside.left), bool))
    label = np.where(fixed, label, grown)
    left_over = np.flatnonzero(label < 0)
    if len(left_over):
        lone = (label[at.left] < 0) & (label[at.right] < 0)
        piece = components(len(label), at.left[lone], at.right[lone])[left_over]
        label[left_over] = label.max(initial=NOBODY) + 1 + np.unique(piece, return_inverse=True)[1].ravel()
    source = np.full(label.max() + 1, NOBODY)
    source[label[held]] = origin[held]
    return Tiling(faces=faces, label=label, origin=source[label], block=block, spot_face=face, seams=every)
