"""Breaking points on the way: by hand, by kilometre and minute, backwards, and with bad input."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

import yrdgeo as yg
from yrdgeo.analysis.surface import breaking_points
from yrdgeo.errors import ArgumentError, NetworkError
from yrdgeo.results import Network

# a – m – b along the equator, slow then fast; c hangs on m; d stands alone.
AT = {"a": (120.0, 0.0), "m": (121.0, 0.0), "b": (122.0, 0.0), "c": (121.0, 1.0), "d": (130.0, 0.0)}
MASS = pd.Series({"c": 9.0, "b": 1.0, "a": 4.0, "d": 1.0})


def network(**columns: list[float]) -> Network:
    nodes = gpd.GeoDataFrame(
        {"node_id": list(AT)}, geometry=[shapely.Point(at) for at in AT.values()], crs="EPSG:4326"
    )
    links = pd.DataFrame(
        {
            "link_id": ["am", "bm", "mc"],
            "from_node": ["a", "b", "m"],
            "to_node": ["m", "m", "c"],
            "mode": ["road", "rail", "road"],
            "length_km": [120.0, 120.0, 120.0],
            "speed_kmh": [60.0, 120.0, 120.0],
        }
    )
    return Network(links.assign(**columns).sample(frac=1, random_state=1), nodes)


def test_by_hand_in_minutes_and_in_kilometres() -> None:
    """180 min and 240 km; a is four times b, so two thirds of the way belong to a."""
    by_minute = breaking_points(network(), ["a", "b"], MASS).iloc[0]
    assert by_minute[["path_min", "path_km", "from_min", "from_km"]].tolist() == [
        180,
        240,
        120,
        120,
    ]
    by_km = breaking_points(network(), ["a", "b"], MASS, by="km").iloc[0]
    assert by_km["from_km"] == pytest.approx(160)
    assert by_km["from_min"] == pytest.approx(140)
    assert by_km["link_id"] == "bm"
    assert by_km["mode"] == "rail"
    assert by_km["share"] == pytest.approx(2 / 3)
    # bm is drawn from b: the point is a third of the link from m, not from b.
    assert by_km.geometry.x == pytest.approx(121 + 1 / 3)


def test_the_order_of_the_cores_does_not_move_the_point() -> None:
    there = breaking_points(network(), ["a", "b", "c"], MASS, by="km")
    back = breaking_points(network(), ["c", "b", "a"], MASS, by="km")
    assert there["from_id"].tolist() == ["a", "a", "b"]
    for one in there.itertuples():
        other = back[back["from_id"].eq(one.to_id) & back["to_id"].eq(one.from_id)].iloc[0]
        assert other["from_km"] == pytest.approx(one.path_km - one.from_km)
        assert shapely.distance(other.geometry, one.geometry) < 1e-9


def test_a_larger_exponent_draws_the_point_to_the_middle() -> None:
    shares = [
        breaking_points(network(), ["a", "b"], MASS, exponent=alpha)["share"].item()
        for alpha in (1, 2, 50)
    ]
    assert shares == pytest.approx([0.8, 2 / 3, 0.5], abs=0.01)


def test_a_bent_line_is_followed_by_its_length_on_the_ground() -> None:
    bend = shapely.LineString([(121, 0), (121.5, 1), (122, 0)])
    lines = [shapely.LineString([AT["a"], AT["m"]]), bend, None]  # drawn from m, though b – m
    table = network().links.sort_values("link_id")
    made = Network(table.assign(geometry=lines), network().nodes)
    found = breaking_points(made, ["m", "b"], pd.Series({"m": 4.0, "b": 1.0})).iloc[0]
    geod = Geod(ellps="WGS84")
    until = (
        geod.inv(121, 0, 121.5, 1)[2] + geod.inv(121.5, 1, found.geometry.x, found.geometry.y)[2]
    )
    assert until / geod.geometry_length(bend) == pytest.approx(2 / 3, abs=1e-4)
    assert shapely.distance(bend, found.geometry) < 1e-12


def test_fixed_minutes_count_and_are_spread_over_their_link() -> None:
    found = breaking_points(
        network(fixed_min=[60.0, 0.0, 0.0]), ["a", "b"], pd.Series({"a": 1.0, "b": 1.0})
    ).iloc[0]
    assert found["path_min"] == 240
    assert found["from_min"] == pytest.approx(120)
    assert found["from_km"] == pytest.approx(120 * 120 / 180)


@pytest.mark.parametrize("by", ["min", "km"])
def test_a_core_without_rival_reaches_to_the_other_s_door(by: str) -> None:
    thirds = network(speed_kmh=[60.1, 119.3, 7.7], length_km=[111.7, 120.3, 113.9])
    mass = pd.Series({"a": 1e100, "b": 1e-100, "c": 1e-100})
    found = breaking_points(thirds, ["a", "b", "c"], mass, by=by)  # type: ignore[arg-type]
    doors = [shapely.Point(AT["b"]), shapely.Point(AT["c"])]
    assert (shapely.distance(found.geometry.to_numpy()[:2], doors) < 1e-9).all()
    np.testing.assert_allclose(found["from_min"][:2], found["path_min"][:2], rtol=1e-12)


def test_without_a_way_there_is_no_point() -> None:
    found = breaking_points(network(), ["d", "a", "b"], MASS)
    lost = found[found["from_id"].eq("d")]
    assert len(lost) == 2
    assert np.isinf(lost[["path_min", "path_km", "from_min", "from_km", "share"]]).all(axis=None)
    assert lost.geometry.is_empty.all()
    assert lost["link_id"].eq("").all()
    assert np.isfinite(found["from_min"].iloc[2])


def test_nobody_reaches_anybody() -> None:
    found = breaking_points(network(), ["d", "a"], MASS)
    assert found.geometry.is_empty.all()


def test_a_prepared_network_gives_the_same() -> None:
    plain = breaking_points(network(), ["a", "b", "c"], MASS)
    ready = breaking_points(yg.prepare(network(), paths=True), ["a", "b", "c"], MASS)
    pd.testing.assert_frame_equal(plain, ready)


@pytest.mark.parametrize(
    ("cores", "mass", "options", "said"),
    [
        (["a"], MASS, {}, "two cores"),
        ("ab", MASS, {}, "two cores"),
        (["a", "a"], MASS, {}, "each once"),
        (["a", "b"], MASS.drop("b"), {}, "none for b"),
        (["a", "b"], MASS * 0, {}, "above zero"),
        (["a", "b"], MASS * np.nan, {}, "above zero"),
        (["a", "b"], MASS, {"by": "hours"}, "'min' or 'km'"),
        (["a", "b"], MASS, {"exponent": 0}, "exponent"),
    ],
)
def test_bad_questions_are_refused(
    cores: list[str], mass: pd.Series, options: dict[str, object], said: str
) -> None:
    with pytest.raises(ArgumentError, match=said):
        breaking_points(network(), cores, mass, **options)  # type: ignore[arg-type]


def test_an_unknown_core_is_named() -> None:
    with pytest.raises(NetworkError, match="<script>"):
        breaking_points(network(), ["a", "<script>"], pd.Series({"a": 1.0, "<script>": 1.0}))
