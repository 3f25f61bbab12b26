"""Where cities lie: from cores, along corridors, about centres of gravity."""

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from made_cities import grid
from pyproj import Geod

from yrdgeo.analysis import contiguity
from yrdgeo.analysis.gradient import (
    centre_of_gravity,
    centre_shift,
    chainage,
    distance_km,
    distance_min,
    distance_order,
    fit,
)
from yrdgeo.errors import ArgumentError
from yrdgeo.results import TravelTimes

GEOD = Geod(ellps="WGS84")


def seats_of(points: dict[str, tuple[float, float]]) -> gpd.GeoDataFrame:
    lon, lat = zip(*points.values(), strict=True)
    index = pd.Index(list(points), name="adcode")
    return gpd.GeoDataFrame({"seat_lon": lon, "seat_lat": lat}, index=index).sample(
        frac=1, random_state=2
    )


@pytest.fixture
def seats() -> gpd.GeoDataFrame:
    return seats_of({"a": (120.0, 30.0), "b": (122.0, 31.0), "c": (118.0, 33.0), "d": (119, 30)})


def test_the_nearest_of_several_cores_is_named(seats: gpd.GeoDataFrame) -> None:
    table = distance_km(seats, ["b", "a"])
    assert table.index.equals(seats.index)
    assert table["core"].to_dict() == {"a": "a", "b": "b", "c": "a", "d": "a"}
    metres = GEOD.inv(119, 30, 120, 30)[2]
    assert table.loc["d", "seat_km"] == pytest.approx(metres / 1000)
    assert table.loc["a", "seat_km"] == 0


def test_minutes_and_rings_have_the_same_shape() -> None:
    times = TravelTimes(["x", "y", "z"], ["a", "b"], [[30, 50], [np.inf, 20], [np.inf, np.inf]])
    minutes = distance_min(times, ["a", "b"])
    assert minutes["travel_time_min"].to_dict() == {"x": 30.0, "y": 20.0, "z": np.inf}
    assert minutes["core"].to_dict() == {"x": "a", "y": "b", "z": None}
    cities = grid(4, 2)
    order = contiguity.order(cities)
    table = distance_order(order, ["330000"])
    assert table["contiguity_order"].to_dict() == {
        f"33{row}{column}00": float(max(row, column)) for row in range(2) for column in range(4)
    }
    both = distance_order(order, ["330300", "330000"])
    assert both.loc["330100"].to_list() == ["330000", 1.0]
    assert both.loc["330200"].to_list() == ["330300", 1.0]
    assert both["contiguity_order"].max() == 1
    result = fit(9 - table["contiguity_order"], table["contiguity_order"])
    assert result.coefficients["slope"] == pytest.approx(-1)


def test_what_is_not_connected_has_no_ring() -> None:
    order = pd.DataFrame([[0, pd.NA], [pd.NA, 0]], ["a", "b"], ["a", "b"], dtype="Int64")
    assert distance_order(order, ["a"]).loc["b"].to_list() == [None, np.inf]


@pytest.mark.parametrize(
    ("cores", "message"),
    [([], "one core"), ("a", "one core"), (["a", "a"], "repeated.*a"), (["x"], "not among.*x")],
)
def test_impossible_cores_are_refused(
    seats: gpd.GeoDataFrame, cores: list[str], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        distance_km(seats, cores)


def dense(seats: gpd.GeoDataFrame, line: list[str], steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Return chainage and offset, in km, by trying so many points of each leg."""
    best, where, passed = np.full(len(seats), np.inf), np.zeros(len(seats)), 0.0
    for start, end in pairwise(line):
        a, b = (tuple(seats.loc[name, ["seat_lon", "seat_lat"]]) for name in (start, end))
        length = GEOD.inv(*a, *b)[2]
        azimuth = GEOD.inv(*a, *b)[0]
        for along in np.linspace(0, length, steps):
            lon, lat, _ = GEOD.fwd(*a, azimuth, along)
            away = np.array(
                [GEOD.inv(lon, lat, x, y)[2] for x, y in seats[["seat_lon", "seat_lat"]].to_numpy()]
            )
            nearer = away < best
            best, where = np.where(nearer, away, best), np.where(nearer, passed + along, where)
        passed += length
    return where / 1000, best / 1000


def test_chainage_equals_a_dense_search() -> None:
    random = np.random.default_rng(3)
    points = {
        f"c{number:02}": (float(x), float(y))
        for number, (x, y) in enumerate(random.uniform((116, 28), (122, 34), (15, 2)))
    }
    seats = seats_of(points)
    line = ["c00", "c05", "c09", "c03"]
    table = chainage(seats, line)
    where, best = dense(seats, line, steps=400)
    # A step is about 1 km, so the foot of a perpendicular is missed by half of that.
    np.testing.assert_allclose(table["offset_km"], best, atol=0.05)
    assert (table["offset_km"] <= best + 1e-9).all()
    np.testing.assert_allclose(table["chainage_km"], where, atol=1.2)


def test_seats_of_the_line_lie_on_it_at_the_sum_of_its_legs(seats: gpd.GeoDataFrame) -> None:
    line = ["b", "a", "d", "c"]
    table = chainage(seats, line)
    assert table["offset_km"].reindex(line).to_numpy() == pytest.approx(0, abs=1e-6)
    assert not table["end"].any()
    at = seats.reindex(line)
    legs = GEOD.line_lengths(at["seat_lon"].to_numpy(), at["seat_lat"].to_numpy())
    expected = np.concatenate([[0], np.cumsum(legs)[: len(line) - 1]]) / 1000
    assert table["chainage_km"].reindex(line).to_numpy() == pytest.approx(expected)


def test_a_city_beyond_an_end_is_marked(seats: gpd.GeoDataFrame) -> None:
    table = chainage(seats, ["b", "a"])
    # The perpendicular through a passes c on the side away from b by a few km.
    assert table["end"].to_dict() == {"a": False, "b": False, "c": False, "d": True}
    assert 0 < table.loc["a", "chainage_km"] - table.loc["c", "chainage_km"] < 10
    assert table.loc["d", "chainage_km"] == table["chainage_km"].max()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (["a"], "two seats"),
        ("ab", "two seats"),
        (["a", "x"], "no cities.*x"),
        (["a", "a"], "leg.*a → a"),
    ],
)
def test_impossible_corridors_are_refused(
    seats: gpd.GeoDataFrame, line: list[str], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        chainage(seats, line)


def test_a_leg_around_the_world_is_refused() -> None:
    far = seats_of({"a": (0.0, 0.0), "b": (90.0, 0.0)})
    with pytest.raises(ArgumentError, match=r"2,000 km.*a → b"):
        chainage(far, ["a", "b"])


def test_a_centre_of_gravity_across_the_date_line() -> None:
    seats = seats_of({"a": (179.0, 10.0), "b": (-179.0, 10.0), "idle": (0.0, 0.0)})
    centre = centre_of_gravity(seats, pd.Series({"idle": 0.0, "b": 2.0, "a": 2.0}))
    assert abs(centre["lon"]) == pytest.approx(180)
    # The middle of the great circle lies north of the parallel.
    assert centre["lat"] == pytest.approx(10.0015, abs=2e-4)


def test_the_centre_of_two_is_the_middle_of_their_geodesic(seats: gpd.GeoDataFrame) -> None:
    two = seats.loc[["a", "b"]]
    centre = centre_of_gravity(two, pd.Series({"a": 1.0, "b": 1.0}))
    lon, lat = GEOD.npts(120, 30, 122, 31, 1)[0]
    assert GEOD.inv(lon, lat, centre["lon"], centre["lat"])[2] < 50  # metres, of 222 km


def test_the_centre_moves_towards_what_grows(seats: gpd.GeoDataFrame) -> None:
    rows = [
        {"adcode": city, "year": year, "value": value, "vintage": f"census {year}"}
        for year, grown in ((2020, 3.0), (2010, 1.0))
        for city, value in {"a": grown, "b": 1.0, "c": 1.0, "d": 1.0}.items()
    ]
    table = pd.DataFrame(rows).sample(frac=1, random_state=1)
    with pytest.raises(ArgumentError, match=r"vintages.*census 2010, census 2020"):
        centre_shift(seats, table)
    same = {"census 2010": "census", "census 2020": "census"}
    shift = centre_shift(seats, table, same_series=same)
    assert shift.index.to_list() == [2010, 2020]
    assert np.isnan(shift.loc[2010, "move_km"])
    first, last = shift.loc[2010], shift.loc[2020]
    azimuth, _, metres = GEOD.inv(first["lon"], first["lat"], last["lon"], last["lat"])
    assert last["move_km"] == pytest.approx(metres / 1000)
    towards = GEOD.inv(first["lon"], first["lat"], 120.0, 30.0)[0]
    assert last["bearing_deg"] == pytest.approx(towards % 360, abs=0.5)
    assert azimuth % 360 == pytest.approx(last["bearing_deg"])


def test_a_centre_that_stays_has_no_bearing(seats: gpd.GeoDataFrame) -> None:
    rows = [{"adcode": c, "year": y, "value": 1.0} for y in (2010, 2020) for c in "abcd"]
    shift = centre_shift(seats, pd.DataFrame(rows))
    assert shift.loc[2020, "move_km"] == 0
    assert np.isnan(shift.loc[2020, "bearing_deg"])


def test_a_city_without_a_seat_is_refused_everywhere(seats: gpd.GeoDataFrame) -> None:
    lost = seats.copy()
    lost.loc["d", "seat_lon"] = np.nan
    weights = pd.Series(1.0, lost.index)
    for ask in (
        lambda: distance_km(lost, ["a"]),
        lambda: chainage(lost, ["a", "b"]),
        lambda: centre_of_gravity(lost, weights),
    ):
        with pytest.raises(ArgumentError, match=r"needs a seat.*none for d"):
            ask()
    with pytest.raises(ArgumentError, match=r"no seats.*seat_lon"):
        chainage(seats.drop(columns="seat_lon"), ["a", "b"])
    with pytest.raises(ArgumentError, match="repeats adcodes"):
        chainage(pd.concat([seats, seats]), ["a", "b"])


def test_weights_around_the_globe_have_no_centre() -> None:
    around = seats_of({"a": (0.0, 0.0), "b": (180.0, 0.0)})
    with pytest.raises(ArgumentError, match="around the globe"):
        centre_of_gravity(around, pd.Series({"a": 1.0, "b": 1.0}))


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"a": 1.0, "b": 1.0, "c": 1.0}, "different places.*d"),
        ({"a": 1.0, "b": 1.0, "c": 1.0, "d": np.nan}, "at d"),
        ({"a": 1.0, "b": 1.0, "c": 1.0, "d": -1.0}, "at d"),
        ({"a": 0.0, "b": 0.0, "c": 0.0, "d": 0.0}, "only zeros"),
    ],
)
def test_weights_that_make_no_centre_are_refused(
    seats: gpd.GeoDataFrame, weights: dict[str, float], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        centre_of_gravity(seats, pd.Series(weights))
