"""Borders: detours, dead ends and the gravity model, by hand, by a second route, by their laws."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point, box

from yrdgeo.analysis.barrier import border_effect, dead_ends, detour
from yrdgeo.errors import ArgumentError
from yrdgeo.results import Network, TravelTimes

IDS = [f"{p}{k:02d}00" for p in (31, 32, 33, 34) for k in range(1, 6)]
GROUPS = pd.Series([code[:2] for code in IDS], IDS)
APART = np.not_equal.outer(GROUPS.to_numpy(), GROUPS.to_numpy())


def made(seed: int, *, beta: float = 1.2, gamma: float = 0.6) -> tuple[pd.DataFrame, TravelTimes]:
    """Return Poisson flows with effects of places, in shuffled rows, and their times."""
    rng = np.random.default_rng(seed)
    minutes = rng.uniform(20, 400, (20, 20))
    mean = 4e4 * minutes**-beta * np.exp(-gamma * APART)
    mean *= np.exp(rng.normal(0, 0.5, 20))[:, None] * np.exp(rng.normal(0, 0.5, 20))
    times = TravelTimes(pd.Index(IDS), pd.Index(IDS), minutes)
    table = times.to_table().assign(flow=rng.poisson(mean).ravel().astype(float))
    return table.drop(columns="travel_time_min").sample(frac=1, random_state=seed), times


def newton(matrix: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """Fit a Poisson regression by plain Newton steps."""
    found = np.linalg.lstsq(matrix, np.log(flow + 0.5), rcond=None)[0]
    for _ in range(100):
        mean = np.exp(matrix @ found)
        step = np.linalg.solve(matrix.T @ (matrix * mean[:, None]), matrix.T @ (flow - mean))
        found = found + step
        if np.abs(step).max() < 1e-13:
            break
    return found


def two_way(matrix: np.ndarray, flow: np.ndarray, found: np.ndarray, ends: list) -> np.ndarray:
    """Return the errors clustered by both ends, with the usual factors of each dimension."""
    mean = np.exp(matrix @ found)
    bread = np.linalg.inv(matrix.T @ (matrix * mean[:, None]))
    score = matrix * (flow - mean)[:, None]
    n, k = matrix.shape

    def meat(labels: np.ndarray) -> np.ndarray:
        sums = pd.DataFrame(score).groupby(labels).sum().to_numpy()
        g = len(sums)
        return sums.T @ sums * g / (g - 1) * (n - 1) / (n - k)

    both = np.array([f"{a}-{b}" for a, b in zip(*ends, strict=True)])
    whole = meat(ends[0]) + meat(ends[1]) - meat(both)
    return np.sqrt(np.diag(bread @ whole @ bread)[:2])


def test_the_fit_is_that_of_newton_with_clustered_errors() -> None:
    flows, times = made(1)
    found = border_effect(flows, times, GROUPS)
    rows = flows[flows["from_id"].ne(flows["to_id"])].merge(times.to_table())
    across = rows["from_id"].str[:2].ne(rows["to_id"].str[:2]).astype(float)
    dummies = [pd.get_dummies(rows[name], dtype=float) for name in ("from_id", "to_id")]
    matrix = np.column_stack(
        [np.log(rows["travel_time_min"]), across, dummies[0], dummies[1].iloc[:, 1:]]
    )
    flow = rows["flow"].to_numpy()
    wanted = newton(matrix, flow)
    assert found.coefficients["log_time"] == pytest.approx(wanted[0], abs=1e-9)
    assert found.coefficients["border"] == pytest.approx(wanted[1], abs=1e-9)
    errors = two_way(matrix, flow, wanted, [rows["from_id"], rows["to_id"]])
    assert found.standard_errors["log_time"] == pytest.approx(errors[0], rel=1e-6)
    assert found.standard_errors["border"] == pytest.approx(errors[1], rel=1e-6)
    assert found.n == 380
    assert found.n_across == 300


def test_what_was_put_in_comes_out() -> None:
    flows, times = made(2)
    found = border_effect(flows, times, GROUPS)
    assert found.flow_ratio == pytest.approx(np.exp(-0.6), rel=0.05)
    low, high = found.time_factor_interval
    assert low < np.exp(0.6 / 1.2) < high
    across = times.minutes[APART].mean()
    assert found.width_min == pytest.approx((found.time_factor - 1) * across)


def test_without_a_border_the_interval_holds_one_as_often_as_it_says() -> None:
    held = 0
    for seed in range(30):
        flows, times = made(seed, gamma=0.0)
        low, high = border_effect(flows, times, GROUPS).time_factor_interval
        held += low <= 1 <= high
    assert held >= 24  # of 30: two-way clusters of twenty are a little narrow


def test_a_unit_of_time_changes_no_factor_and_the_width_by_its_size() -> None:
    flows, times = made(3)
    hours = TravelTimes(times.origins, times.destinations, times.minutes / 60)
    one, other = (border_effect(flows, t, GROUPS) for t in (times, hours))
    assert one.time_factor == pytest.approx(other.time_factor, rel=1e-8)
    assert one.width_min == pytest.approx(60 * other.width_min, rel=1e-8)


def test_masses_may_stand_for_the_places() -> None:
    flows, times = made(4)
    masses = pd.Series(np.random.default_rng(4).uniform(1, 9, 20), IDS)
    found = border_effect(flows, times, GROUPS, effects="masses", masses=masses)
    assert set(found.coefficients) == {
        "log_time", "border", "log_mass_from", "log_mass_to", "constant",
    }  # fmt: skip


def test_places_without_flow_are_left_out_and_counted() -> None:
    flows, times = made(5)
    empty = flows.assign(flow=flows["flow"].where(flows["from_id"].ne(IDS[0]), 0.0))
    found = border_effect(empty, times, GROUPS)
    assert found.n == 380 - 19
    assert found.note.startswith("19 pairs of places without any flow")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda flows: flows.assign(flow=-1.0), "zero or more"),
        (lambda flows: flows.assign(flow=np.nan), "zero or more"),
        (lambda flows: pd.concat([flows, flows.head(1)]), "two flows"),
        (lambda flows: flows.drop(columns="flow"), "lacks columns"),
        (lambda flows: flows.replace(IDS[0], "999999"), "not among"),
        (lambda flows: flows[flows["from_id"].str[:2].eq(flows["to_id"].str[:2])], "across it"),
    ],
)
def test_wrong_flows_are_refused(change: object, said: str) -> None:
    flows, times = made(6)
    with pytest.raises(ArgumentError, match=said):
        border_effect(change(flows), times, GROUPS)  # type: ignore[operator]


def test_modelled_flows_and_unknown_effects_are_refused() -> None:
    flows, times = made(6)
    minutes = times.to_table().rename(columns={"travel_time_min": "flow"})
    modelled = minutes.assign(flow=1e6 * minutes["flow"] ** -2.0)
    mass = pd.Series(2.0, IDS) + np.arange(20)
    for options in ({}, {"effects": "masses", "masses": mass}):
        with pytest.raises(ArgumentError, match="modelled ones tell nothing"):
            border_effect(modelled, times, GROUPS, **options)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="'place'"):
        border_effect(flows, times, GROUPS, effects="place")  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="masses=gdp"):
        border_effect(flows, times, GROUPS, effects="masses")


def line_of_cities(extra_km: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    at = np.arange(20) * 30.0
    km = pd.DataFrame(np.abs(at[:, None] - at), IDS, IDS)
    return km * 1.3 + extra_km * APART, km


def test_a_way_made_longer_by_borders_shows_and_an_even_one_does_not() -> None:
    bent, km = line_of_cities(60.0)
    found = detour(bent.sample(frac=1, random_state=1), km, GROUPS, at_most_km=150, draws=499)
    i, j = np.triu_indices(20, 1)
    near = km.to_numpy()[i, j] <= 150
    q = (bent.to_numpy() / np.where(km > 0, km, 1))[i, j][near]
    across = APART[i, j][near]
    assert found.loc["within", "median_detour"] == pytest.approx(np.median(q[~across]))
    assert found.loc["across", "ratio_to_within"] == pytest.approx(
        np.median(q[across]) / np.median(q[~across])
    )
    assert found.loc["across", "p_value"] < 0.02
    even, _ = line_of_cities(0.0)
    flat = detour(even, km, GROUPS, draws=499)
    assert flat.loc["across", "ratio_to_within"] == pytest.approx(1)
    assert flat.loc["across", "p_value"] > 0.5


def test_cities_without_a_way_are_counted_not_measured() -> None:
    bent, km = line_of_cities(10.0)
    bent.loc[IDS[0], IDS[1]] = np.inf
    found = detour(bent, km, GROUPS, draws=9)
    assert found.loc["within", "n_unreachable"] == 1
    assert np.isfinite(found["mean_detour"]).all()


def test_wrong_tables_are_refused() -> None:
    bent, km = line_of_cities(10.0)
    with pytest.raises(ArgumentError, match="each city once"):
        detour(bent, km.drop(index=IDS[0]), GROUPS)
    with pytest.raises(ArgumentError, match="needs a group"):
        detour(bent, km, GROUPS.where(GROUPS.ne("31")))
    with pytest.raises(ArgumentError, match="within groups"):
        detour(bent, km, pd.Series(IDS, IDS))
    with pytest.raises(ArgumentError, match="missing"):
        detour(bent.mask(bent.eq(bent.iloc[0, 1])), km, GROUPS)


def squares() -> gpd.GeoDataFrame:
    codes = ["310100", "310200", "320100"]
    return gpd.GeoDataFrame(
        {"seat_lon": [120.5, 121.5, 122.5], "seat_lat": 30.5},
        geometry=[box(x, 30, x + 1, 31) for x in (120, 121, 122)],
        index=pd.Index(codes, name="adcode"),
        crs="EPSG:4326",
    )


def roads() -> Network:
    """Return a road over the inner border, and one that ends a kilometre short of the outer."""
    places = {"a": (120.5, 30.5), "b": (121.5, 30.5), "c": (121.99, 30.5), "d": (121.5, 30.9)}
    nodes = gpd.GeoDataFrame(
        {"node_id": list(places), "name_zh": "", "kind": "junction", "adcode": ""},
        geometry=[Point(at) for at in places.values()],
        crs="EPSG:4326",
    )
    ends = [("a", "b"), ("b", "c"), ("b", "d")]
    links = gpd.GeoDataFrame(
        {
            "link_id": [f"l{k}" for k in range(3)],
            "from_node": [a for a, _ in ends],
            "to_node": [b for _, b in ends],
            "mode": "road", "length_km": 120.0, "speed_kmh": 60.0, "open_from": "", "open_to": "",
            "status": "open", "oneway": False, "source_id": "made", "confidence": "high",
            "fixed_min": 0.0,
        },
        geometry=[LineString([places[a], places[b]]) for a, b in ends],
        crs="EPSG:4326",
    )  # fmt: skip
    return Network(links, nodes)


def test_a_road_that_stops_short_of_the_province_is_found() -> None:
    cities = squares().sample(frac=1, random_state=2)
    groups = pd.Series([code[:2] for code in cities.index], cities.index)
    ends, rates = dead_ends(roads(), cities, groups)
    assert ends[["node_id", "border"]].to_numpy().tolist() == [["c", "across"]]
    assert ends["distance_km"].iloc[0] == pytest.approx(0.96, abs=0.01)
    assert rates["n_ends"].to_dict() == {"within": 0, "across": 1}
    assert rates["border_km"].to_numpy() == pytest.approx(110.87, abs=0.05)
    assert rates.loc["across", "ends_per_100_km"] == pytest.approx(100 / 110.87, abs=0.01)
    wide, _ = dead_ends(roads(), cities, groups, within_km=60)
    assert set(wide["node_id"]) == {"a", "c", "d"}


def test_where_no_border_is_of_one_kind_the_other_has_its_ends() -> None:
    cities = squares()
    for codes, kind in (([31, 31, 31], "within"), ([31, 32, 33], "across")):
        ends, rates = dead_ends(roads(), cities, pd.Series(codes, cities.index))
        assert ends[["node_id", "border"]].to_numpy().tolist() == [["c", kind]]
        assert rates.loc[kind, "ends_per_100_km"] == pytest.approx(100 / (2 * 110.87), abs=0.01)
        assert rates["border_km"].min() == 0


def test_dead_ends_need_roads_and_neighbours() -> None:
    cities = squares()
    groups = pd.Series("31", cities.index)
    network = roads()
    by_rail = Network(network.links.assign(mode="rail"), network.nodes)
    with pytest.raises(ArgumentError, match="no roads"):
        dead_ends(by_rail, cities, groups)
    with pytest.raises(ArgumentError, match="touch"):
        dead_ends(network, cities.iloc[[0, 2]], groups)
    with pytest.raises(ArgumentError, match="needs a group"):
        dead_ends(network, cities, groups.iloc[:1])
