"""Times from any point, grids and surfaces: by hand, by brute force, with bad input."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from made_cities import cities_of
from pyproj import Geod

import yrdgeo as yg
from yrdgeo.analysis import surface
from yrdgeo.analysis.decay import exponential, power
from yrdgeo.errors import ArgumentError, TableError, YrdGeoError
from yrdgeo.results import TravelTimes

NODES = pd.DataFrame({"lon": [120.0, 121.0, 120.5], "lat": [30.0, 30.0, 31.0]}, ["a", "b", "c"])
MINUTES = TravelTimes(
    pd.Index(["c", "a", "b", "unused"]),
    pd.Index(["b", "a"]),
    [[90, 70], [45, 0], [0, 40], [1, 1]],
)
POINTS = pd.DataFrame({"lon": [120.9, 120.0, 120.5], "lat": [30.1, 30.0, 30.9]}, [7, 3, 5])


def brute(points: pd.DataFrame, within_km: float = np.inf) -> np.ndarray:
    """Return the least of all ways, one at a time."""
    geod, onward = Geod(ellps="WGS84"), MINUTES.to_frame()
    found = np.full((len(points), 2), np.inf)
    for i, point in enumerate(points.itertuples()):
        for node in NODES.itertuples():
            km = geod.inv(point.lon, point.lat, node.lon, node.lat)[2] / 1e3
            if km <= within_km:
                way = 5 + 60 * 1.4 * km / 35 + onward.loc[node.Index].to_numpy()
                found[i] = np.minimum(found[i], way)
    return found


@pytest.mark.parametrize("within_km", [np.inf, 60.0, 14.0, 0.001])
def test_a_point_takes_the_best_node_in_reach(within_km: float) -> None:
    drawn = np.random.default_rng(3)
    points = pd.DataFrame({"lon": drawn.uniform(119, 122, 200), "lat": drawn.uniform(29, 32, 200)})
    points.loc[0] = [120.0, 30.0]  # at a node
    times = surface.point_times(
        points, NODES, MINUTES, access_kmh=35, detour=1.4, access_fixed_min=5, within_km=within_km
    )
    np.testing.assert_allclose(times.minutes, brute(points, within_km), rtol=1e-12)
    assert list(times.destinations) == ["b", "a"]
    assert np.isfinite(times.minutes[0]).all()


def test_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"access_kmh": 35, "detour": 1.4}
    whole = [
        surface.point_times(POINTS, NODES, MINUTES, **options, within_km=km)
        for km in (np.inf, 90.0)
    ]
    monkeypatch.setattr(surface, "BLOCK", 1)
    parts = [
        surface.point_times(POINTS, NODES, MINUTES, **options, within_km=km)
        for km in (np.inf, 90.0)
    ]
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(one.minutes, other.minutes)
        assert list(one.origins) == [7, 3, 5]


def test_rows_of_nodes_are_joined_by_id() -> None:
    mixed = surface.point_times(POINTS, NODES.iloc[::-1], MINUTES, access_kmh=30, detour=1)
    plain = surface.point_times(POINTS, NODES, MINUTES, access_kmh=30, detour=1)
    np.testing.assert_array_equal(mixed.minutes, plain.minutes)


def test_a_node_without_a_path_serves_nobody() -> None:
    times = TravelTimes(NODES.index, pd.Index(["a"]), [[0], [np.inf], [np.inf]])
    found = surface.point_times(POINTS, NODES, times, access_kmh=30, detour=1, within_km=50)
    assert np.isinf(found.minutes[:, 0]).tolist() == [True, False, True]


def test_no_points_give_no_times() -> None:
    for km in (np.inf, 10.0):
        found = surface.point_times(
            POINTS.iloc[:0], NODES, MINUTES, access_kmh=30, detour=1, within_km=km
        )
        assert found.minutes.shape == (0, 2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"access_kmh": 0}, "access_kmh must be above zero"),
        ({"access_kmh": np.nan}, "access_kmh must be above zero"),
        ({"detour": 0.9}, "detour must be 1 or more"),
        ({"access_fixed_min": -1}, "access_fixed_min must be zero or more"),
        ({"within_km": 0}, "within_km must be above zero"),
        ({"within_km": np.nan}, "within_km must be above zero"),
        ({"points": POINTS.assign(lat=[30, 91, 30])}, "not degrees.*3"),
        ({"points": POINTS.assign(lon=[30, np.nan, 30])}, "not degrees.*3"),
        ({"points": POINTS.drop(columns="lon")}, "no lon"),
        ({"points": pd.concat([POINTS, POINTS])}, "repeated ids"),
        ({"through": NODES.rename({"a": "<b>"})}, "none from <b>"),
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, object], said: str) -> None:
    given = {"points": POINTS, "through": NODES, "access_kmh": 30, "detour": 1.3} | change
    with pytest.raises(ArgumentError, match=said):
        surface.point_times(given.pop("points"), given.pop("through"), MINUTES, **given)  # type: ignore[arg-type]


def cities() -> gpd.GeoDataFrame:
    ring = shapely.box(120.2, 30.2, 120.4, 30.4)
    west = shapely.difference(shapely.box(120, 30, 121, 31), ring)
    return cities_of({"330200": shapely.box(121, 30, 122, 31), "330100": west, "330300": ring})


def test_a_grid_covers_each_city_by_its_area() -> None:
    table = cities()
    points = surface.grid(table, step_km=0.5)
    land = yg.geo.area_km2(table)
    counted = points.groupby("adcode").size() * 0.25
    # A row of points more or less along a side is the most that a grid can miss.
    side = 4 * land**0.5 * 0.5 / 2
    assert ((counted[table.index] - land).abs() <= side).all()


def test_points_of_a_grid_lie_in_their_city_and_a_step_apart() -> None:
    table = cities()
    points = surface.grid(table, step_km=7.5)
    home = table.geometry[points["adcode"]].to_numpy()
    assert shapely.intersects(home, points.geometry.to_numpy()).all()
    assert (points["column"].diff()[points["row"].diff().eq(0)] >= 1).all()
    steps = points.groupby("row")["x_m"].diff() / points.groupby("row")["column"].diff()
    np.testing.assert_allclose(steps.dropna(), 7_500, rtol=1e-9)
    back = points.to_crs(points.attrs["crs"]).geometry
    np.testing.assert_allclose(back.x, points["x_m"], atol=1e-3)
    assert points["y_m"].is_monotonic_decreasing


def test_a_grid_in_a_projection_of_the_user() -> None:
    points = surface.grid(cities(), step_km=20, crs="EPSG:32651")
    assert points.attrs["crs"] == "EPSG:32651"
    assert points["x_m"].between(1e5, 9e5).all()


def test_a_grid_coarser_than_the_cities_may_be_one_point_or_none() -> None:
    assert len(surface.grid(cities(), step_km=5_000)) == 1
    apart = cities_of({"a": shapely.box(120, 30, 120.1, 30.1), "b": shapely.box(130, 30, 131, 31)})
    assert len(surface.grid(apart, step_km=5_000)) == 0


@pytest.mark.parametrize("step_km", [0, -1, np.nan, np.inf, 0.01])
def test_a_step_that_makes_no_grid_is_refused(step_km: float) -> None:
    with pytest.raises(ArgumentError, match="step_km"):
        surface.grid(cities(), step_km=step_km)


def test_a_grid_needs_polygons() -> None:
    bare = gpd.GeoDataFrame(geometry=[None], index=["330100"], crs="EPSG:4326")
    with pytest.raises(TableError, match="polygon"):
        surface.grid(bare, step_km=10)


def test_the_pull_of_a_core_is_its_mass_at_the_time() -> None:
    mass = pd.Series({"b": 5.0, "a": 2.0})
    found = surface.strength(
        POINTS, NODES, MINUTES, mass, decay=exponential(half_life_min=30), access_kmh=30, detour=1.2
    )
    times = surface.point_times(POINTS, NODES, MINUTES, access_kmh=30, detour=1.2).to_frame()
    expected = mass[["b", "a"]].to_numpy() * 0.5 ** (times / 30)
    np.testing.assert_allclose(found[["b", "a"]], expected, rtol=1e-12)
    assert found["strongest"].tolist() == expected.idxmax(axis=1).tolist()
    own = [times.loc[row, core] for row, core in found["strongest"].items()]
    assert found["travel_time_min"].tolist() == own
    assert found.index.tolist() == [7, 3, 5]


def test_where_no_core_reaches_nothing_is_strongest() -> None:
    found = surface.strength(
        POINTS, NODES, MINUTES, pd.Series({"a": 1.0, "b": 1.0}),
        decay=power(2), access_kmh=30, detour=1.2, within_km=1,
    )  # fmt: skip
    assert found["strongest"].tolist() == ["", "a", ""]
    assert np.isinf(found["travel_time_min"]).tolist() == [True, False, True]


def test_a_column_named_as_a_core_is_not_overwritten() -> None:
    with pytest.raises(YrdGeoError, match=r"named as the cores.*a"):
        surface.strength(
            POINTS.assign(a=1), NODES, MINUTES, pd.Series({"a": 1.0, "b": 1.0}),
            decay=power(2), access_kmh=30, detour=1.2,
        )  # fmt: skip
