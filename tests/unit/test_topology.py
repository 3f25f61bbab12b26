"""Shared arcs: every border once, every ring back again."""

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from made_cities import grid
from sample_run import sample_cities

from yrdgeo.publish.topology import Topology, steps, topology
from yrdgeo.results import Run

STEP = 1e-4


def polygon(shared: Topology, i: int) -> shapely.Geometry:
    """Return the region inside an odd number of rings, as a page fills it."""
    shape = shapely.Polygon()
    for ring in shared.rings(i):
        shape = shapely.symmetric_difference(shape, shapely.Polygon(ring * shared.step))
    return shape


def test_the_border_of_two_squares_is_written_once() -> None:
    pair = gpd.GeoSeries([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    shared = topology(pair, step=STEP)
    assert sorted(len(owners) for owners in shared.sides) == [1, 1, 2]
    assert len(shared.outer()) == 2
    assert len(shared.between(["a", "b"])) == 1
    assert shared.between(["a", "a"]) == []


def test_a_hole_and_its_island_share_one_ring() -> None:
    island = shapely.box(1, 1, 2, 2)
    around = shapely.box(0, 0, 3, 3).difference(island)
    shared = topology(gpd.GeoSeries([around, island]), step=STEP)
    assert sorted(len(owners) for owners in shared.sides) == [1, 2]
    assert polygon(shared, 0).equals_exact(around.normalize(), 1e-9) or shapely.equals(
        polygon(shared, 0), around
    )


def test_the_made_up_region_comes_back() -> None:
    cities = sample_cities()
    shared = topology(cities.geometry, step=STEP)
    for i, geometry in enumerate(cities.geometry):
        assert polygon(shared, i).symmetric_difference(geometry).area < 1e-9


@given(columns=st.integers(1, 4), rows=st.integers(1, 4), side=st.floats(0.1, 2.0))
def test_a_grid_has_one_arc_for_each_pair_of_neighbours(
    columns: int, rows: int, side: float
) -> None:
    cities = grid(columns, rows, side=side)
    shared = topology(cities.geometry, step=STEP)
    pairs = {owners for owners in map(frozenset, shared.sides) if len(owners) == 2}
    touching = {
        frozenset((i, j))
        for i, a in enumerate(cities.geometry)
        for j, b in enumerate(cities.geometry)
        if i < j and a.intersection(b).length > side / 2
    }
    assert pairs == touching


def test_the_delta_comes_back_to_ten_metres_and_each_border_is_once(delta: Run) -> None:
    shared = topology(delta.cities.geometry, step=STEP)
    for i, geometry in enumerate(delta.cities.geometry):
        assert shapely.hausdorff_distance(polygon(shared, i).boundary, geometry.boundary) < STEP
    points = [tuple(map(tuple, arc)) for arc in shared.arcs]
    assert len(points) == len({min(arc, arc[::-1]) for arc in points})
    # Borders in rivers and at sea are borders of polygons too; a bridge is none.
    land = delta.contiguity[delta.contiguity["kind"].ne("bridge")]
    pairs = {frozenset(owners) for owners in shared.sides if len(owners) == 2}
    order = delta.cities.index
    assert pairs == {
        frozenset((order.get_loc(a), order.get_loc(b)))
        for a, b in zip(land["from_id"], land["to_id"], strict=True)
    }


def test_many_points_are_simplified_together_so_that_no_gap_opens() -> None:
    angles = np.linspace(0, 2 * np.pi, 40_001)
    rough = 1 + 0.05 * np.sin(900 * angles)
    ring = np.column_stack([rough * np.cos(angles), rough * np.sin(angles)])
    inner = shapely.Polygon(ring)
    outer = shapely.box(-2, -2, 2, 2).difference(inner)
    shared = topology(gpd.GeoSeries([inner, outer]), step=STEP)
    assert sum(map(len, shared.arcs)) < 40_001
    joined = polygon(shared, 0).union(polygon(shared, 1))
    assert joined.symmetric_difference(shapely.box(-2, -2, 2, 2)).area < 1e-6


@given(st.lists(st.tuples(st.integers(-(10**7), 10**7), st.integers(-(10**7), 10**7)), min_size=1))
def test_steps_add_up_to_the_line(line: list[tuple[int, int]]) -> None:
    array = np.array(line, dtype=np.int64)
    back = np.cumsum(np.reshape(steps(array), (-1, 2)), axis=0)
    assert np.array_equal(back, array)
