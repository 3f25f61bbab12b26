"""Polygons as shared arcs of whole numbers; promise: a border that two cities share is kept once.

Coordinates are rounded to a grid, rings are cut where their neighbours change, and each piece is
written once, as steps from point to point (the idea of TopoJSON).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

Ints = npt.NDArray[np.int64]
Point = tuple[int, int]
Ring = list[Point]

STEP_DEGREES = 1e-4  # about ten metres
MOST_POINTS = 60_000  # a page with more would not stay small; shared borders stay shared
POINTS_EACH = 60  # though a polygon may have so many, however many polygons there are
TRIANGLE = 3


@dataclass(frozen=True, slots=True, eq=False)
class Topology:
    """Polygons that share their borders.

    Attributes
    ----------
    step
        Size of the grid in degrees; a coordinate is a whole number times the step.
    arcs
        Each (m, 2), longitude first, in grid units.
    shapes
        For each polygon its rings, for each ring its arcs in order; ``~i`` is arc i backwards.
    sides
        For each arc the polygons it bounds, one or two.
    """

    step: float
    arcs: tuple[Ints, ...]
    shapes: tuple[tuple[tuple[int, ...], ...], ...]
    sides: tuple[tuple[int, ...], ...]

    def rings(self, polygon: int) -> list[Ints]:
        """Return the closed rings of one polygon, in grid units."""
        return [self._ring(pieces) for pieces in self.shapes[polygon]]

    def _ring(self, pieces: Sequence[int]) -> Ints:
        parts = [self.arcs[i] if i >= 0 else self.arcs[~i][::-1] for i in pieces]
        joined = [parts[0], *(part[1:] for part in parts[1:])]
        return np.concatenate(joined)

    def between(self, labels: Sequence[object]) -> list[int]:
        """Return the arcs between polygons of different labels.

        Parameters
        ----------
        labels
            One for each polygon, for instance its province.
        """
        return [
            i for i, owners in enumerate(self.sides) if len({labels[owner] for owner in owners}) > 1
        ]

    def outer(self) -> list[int]:
        """Return the arcs that only one polygon has."""
        return [i for i, owners in enumerate(self.sides) if len(owners) == 1]


def topology(polygons: gpd.GeoSeries, *, step: float = STEP_DEGREES) -> Topology:
    """Return the shared arcs of polygons in degrees.

    Parameters
    ----------
    polygons
        Shape (n,), EPSG:4326. Above 60,000 vertices, and 60 a polygon, a valid coverage is
        simplified first, borders together, so that no gap opens.
    step
        Grid in degrees.

    Returns
    -------
    topology
        Polygons in the order given. A ring that the grid flattens is left out.

    Examples
    --------
    >>> two = gpd.GeoSeries([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    >>> shared = topology(two, step=1.0)
    >>> [arc.tolist() for arc, owners in zip(shared.arcs, shared.sides) if len(owners) == 2]
    [[[1, 0], [1, 1]]]
    """
    geometries = _light(polygons.to_numpy())
    rings = [list(_rings(geometry, step)) for geometry in geometries]
    junctions = _junctions([ring for shape in rings for ring in shape])
    arcs: list[Ring] = []
    numbers: dict[tuple[Point, ...], int] = {}
    sides: list[list[int]] = []
    shapes: list[tuple[tuple[int, ...], ...]] = []
    for owner, shape in enumerate(rings):
        written = []
        for ring in shape:
            pieces = []
            for piece in _cut(ring, junctions):
                key = tuple(piece)
                reverse = key > key[::-1]
                key = key[::-1] if reverse else key
                number = numbers.setdefault(key, len(arcs))
                if number == len(arcs):
                    arcs.append(list(key))
                    sides.append([])
                if owner not in sides[number]:
                    sides[number].append(owner)
                pieces.append(~number if reverse else number)
            written.append(tuple(pieces))
        shapes.append(tuple(written))
    return Topology(
        step,
        tuple(np.array(arc, dtype=np.int64) for arc in arcs),
        tuple(shapes),
        tuple(tuple(owners) for owners in sides),
    )


def _light(geometries: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    tolerance = STEP_DEGREES * 10
    light = geometries
    most = max(MOST_POINTS, POINTS_EACH * len(geometries))
    while shapely.get_num_coordinates(light).sum() > most and tolerance < 1:
        light = shapely.coverage_simplify(geometries, tolerance)
        tolerance *= 1.5
    return light


def _rings(geometry: shapely.Geometry, step: float) -> Iterator[Ring]:
    """Yield the closed rings on the grid that still have an area."""
    for line in shapely.get_parts(shapely.boundary(geometry)):
        points = np.rint(shapely.get_coordinates(line) / step).astype(np.int64)
        moved = np.any(np.diff(points, axis=0) != 0, axis=1)
        kept = points[np.concatenate([[True], moved])]
        if len(np.unique(kept, axis=0)) >= TRIANGLE:
            yield [(int(x), int(y)) for x, y in kept]


def _junctions(rings: Sequence[Ring]) -> set[Point]:
    """Return the points whose neighbours differ from one ring to another."""
    seen: dict[Point, tuple[Point, Point]] = {}
    found: set[Point] = set()
    for ring in rings:
        body = ring[:-1]
        for i, point in enumerate(body):
            ends = (body[i - 1], body[(i + 1) % len(body)])
            key = ends if ends[0] < ends[1] else ends[::-1]
            if seen.setdefault(point, key) != key:
                found.add(point)
    return found


def _cut(ring: Ring, junctions: set[Point]) -> Iterator[Ring]:
    """Cut a closed ring at its junctions; a ring without one starts at its smallest point."""
    body = ring[:-1]
    marks = [i for i, point in enumerate(body) if point in junctions]
    start = marks[0] if marks else min(range(len(body)), key=body.__getitem__)
    turned = [*body[start:], *body[:start], body[start]]
    begin = 0
    for i in range(1, len(turned)):
        if turned[i] in junctions or i == len(turned) - 1:
            yield turned[begin : i + 1]
            begin = i


def steps(line: Ints) -> list[int]:
    """Return a line as its first point and then the steps, flat, longitude first.

    >>> steps(np.array([[10, 20], [11, 18], [11, 19]]))
    [10, 20, 1, -2, 0, 1]
    """
    deltas = np.concatenate([line[:1], np.diff(line, axis=0)])
    return [int(number) for number in deltas.ravel()]
