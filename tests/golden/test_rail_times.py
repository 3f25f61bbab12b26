"""What the README says of the networks: errors of the time models, road lengths, rebuilt files."""

import gzip
from dataclasses import replace
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from yrdgeo.provenance import data_path
from yrdgeo.routing.engine import prepare
from yrdgeo.routing.times import travel_times
from yrdgeo.sources import networks
from yrdgeo.sources.boundaries import load_cities
from yrdgeo.sources.turn_backs import turn_backs

SCRIPTS = Path(__file__).parents[2] / "networks"
HERE = Path(__file__).parent
Reports = dict[str, dict[str, dict[str, float]]]
BUSY = 700  # direct trains to and from the other cities, 10 March 2016

needs_graph = pytest.mark.skipif(
    find_spec("scgraph_data") is None, reason="scgraph-data (extra 'china') is not installed"
)


def _script(name: str) -> ModuleType:
    spec = spec_from_file_location(name, SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def fitting() -> ModuleType:
    return _script("fit_time_model")


@pytest.fixture(scope="module")
def left_out(fitting: ModuleType) -> Reports:
    """Return the cross-validated errors of both models."""
    table = fitting.timetable()
    return {
        name: fitting.cross_validate(table, table.pairs[column].to_numpy(dtype=float), name)
        for name, column in fitting.STATISTICS.items()
    }


@pytest.fixture(scope="module")
def cities() -> gpd.GeoDataFrame:
    return load_cities()[0].sample(frac=1.0, random_state=11)


@pytest.mark.parametrize("name", ["fastest", "typical"])
def test_the_shipped_model_is_the_one_the_script_fits(fitting: ModuleType, name: str):
    table = fitting.timetable()
    observed = table.pairs[fitting.STATISTICS[name]].to_numpy(dtype=float)
    fitted = fitting.fit(table, observed, np.ones(len(observed), dtype=bool), name)
    shipped = networks.load_time_models()[name]
    assert len(observed) == 307
    assert fitting.weights(fitted) == pytest.approx(fitting.weights(shipped), rel=0.02, abs=0.05)
    assert fitted.turn_back_min == pytest.approx(shipped.turn_back_min, abs=1.0)


@pytest.mark.parametrize(
    ("name", "way", "minutes", "per_cent", "rank"),
    [
        ("fastest", "city", 8.8, 8.3, 0.963),
        ("fastest", "city, 30 or more trains", 3.8, 6.2, 0.994),
        ("fastest", "line", 14.2, 10.3, 0.946),
        ("fastest", "line, 30 or more trains", 5.7, 6.4, 0.990),
        ("typical", "city", 7.9, 7.6, 0.973),
        ("typical", "city, 30 or more trains", 4.1, 7.3, 0.992),
        ("typical", "line", 12.1, 8.6, 0.955),
        ("typical", "line, 30 or more trains", 5.4, 7.7, 0.986),
        ("fastest", "city, with turn-backs", 8.0, 8.0, 0.973),
        ("fastest", "city, 30 or more trains, with turn-backs", 3.9, 6.2, 0.994),
        ("fastest", "line, with turn-backs", 12.5, 9.5, 0.956),
        ("fastest", "line, 30 or more trains, with turn-backs", 5.7, 6.4, 0.990),
        ("typical", "city, with turn-backs", 6.8, 6.5, 0.978),
        ("typical", "city, 30 or more trains, with turn-backs", 4.2, 7.3, 0.992),
        ("typical", "line, with turn-backs", 10.6, 7.7, 0.962),
        ("typical", "line, 30 or more trains, with turn-backs", 5.9, 7.7, 0.986),
    ],
)
def test_errors_on_pairs_left_out(
    left_out: Reports, name: str, way: str, minutes: float, per_cent: float, rank: float
):
    found = left_out[name][way]
    assert found["median_error_min"] == pytest.approx(minutes, abs=0.5)
    assert found["median_error_pct"] == pytest.approx(per_cent, abs=0.4)
    assert found["spearman"] == pytest.approx(rank, abs=0.005)


def test_hubs_and_busy_stations_are_those_with_the_most_trains():
    pairs = pd.read_csv(data_path("rail_times_2016.csv"))
    trains = pairs.groupby("from_station")["n_trains"].sum()
    trains = trains.add(pairs.groupby("to_station")["n_trains"].sum(), fill_value=0)
    nodes = networks.load_nodes().set_index("node_id")
    ranked = nodes.loc[trains.index, "hub"]
    assert set(trains.index[trains > BUSY]) - set(ranked.index[ranked.eq(1)]) == set(
        nodes.index[nodes["hub"].eq(2)]
    )
    assert not trains.between(630, 770).any()  # a wide gap: the limit is not a close call


def test_direct_trains_are_often_slower_than_two_others_that_meet():
    pairs = pd.read_csv(data_path("rail_times_2016.csv"))
    there = pairs.set_index(["from_station", "to_station"])["fastest_min"]
    back = pairs.set_index(["to_station", "from_station"])["fastest_min"]
    direct = pd.concat([there, back]).unstack(fill_value=np.inf)  # noqa: PD010 - keeps inf apart
    minutes = direct.to_numpy()
    by_way_of_one = np.min(minutes[:, :, None] + minutes[None, :, :], axis=1)
    beaten = np.isfinite(minutes) & (by_way_of_one < minutes)
    assert beaten.sum() / 2 == 222


def test_trains_that_turn_back_are_nearer_with_the_minutes_it_takes(fitting: ModuleType):
    table = fitting.timetable()
    model = networks.load_time_models()["fastest"]
    observed = table.pairs.set_index(["from_station", "to_station"])["fastest_min"]
    bare, whole = (
        pd.Series(fitting.predict(table, one), observed.index)
        for one in (replace(model, turn_back_min=0.0), model)
    )
    changed = observed.index[(whole - bare) > 1.0]
    assert len(changed) == 30
    nearer = (whole - observed).abs() < (bare - observed).abs()
    assert nearer[changed].sum() == 29
    for pair, before, after in (
        (("绍兴北", "金华"), 56, 88),
        (("南京南", "淮南东"), 57, 87),
    ):
        assert bare[pair] == pytest.approx(before, abs=0.6)
        assert whole[pair] == pytest.approx(after, abs=0.6)


@pytest.mark.parametrize(
    ("pair", "observed", "predicted"),
    [
        (("南京南", "杭州东"), 60, 81),
        (("上海虹桥", "杭州东"), 45, 61),
        (("上海虹桥", "南京南"), 67, 76),
        (("南京南", "合肥南"), 54, 56),
        (("宁波", "杭州东"), 45, 46),
    ],
)
def test_the_busiest_pairs_are_off_by_what_the_readme_says(
    fitting: ModuleType, pair: tuple[str, str], observed: float, predicted: float
):
    table = fitting.timetable()
    known = table.pairs.set_index(["from_station", "to_station"])["fastest_min"]
    minutes = pd.Series(fitting.predict(table, networks.load_time_models()["fastest"]), known.index)
    assert known[pair] == observed
    assert minutes[pair] == pytest.approx(predicted, abs=0.6)


def test_a_pair_is_never_predicted_by_a_model_that_saw_its_city(fitting: ModuleType):
    table = fitting.timetable()
    turns = list(fitting.folds(table)["city"])
    codes = table.pairs[["from_adcode", "to_adcode"]]
    assert np.sum(turns) == 2 * len(codes)
    for left_out in turns:
        seen = set(codes[~left_out].to_numpy().ravel())
        out = codes[left_out]
        assert (~out.isin(seen)).any(axis=1).all()


def test_the_network_of_a_day_gives_the_times_the_model_was_judged_by(
    fitting: ModuleType, cities: gpd.GeoDataFrame
):
    table = fitting.timetable()
    rail = networks.load_nodes(), networks.load_links()
    # A transfer that takes for ever: the observed trains are direct.
    patient = networks.parameters({"transfer_min": 1000.0})
    network = networks.assemble(
        cities.iloc[:0],
        rail,
        networks.load_roads(),
        date=fitting.DATE,
        modes=["rail"],
        parameters=patient,
    )
    pairs = table.pairs
    stations = pd.unique(pairs[["from_station", "to_station"]].to_numpy().ravel())
    model = networks.load_time_models()["fastest"]
    for minutes in (0.0, model.turn_back_min):
        turns = turn_backs(network.links, extra_min=minutes)
        times = travel_times(prepare(network, turns=turns), list(stations)).to_frame()
        ends = zip(pairs.from_station, pairs.to_station, strict=True)
        by_router = [times.loc[a, b] for a, b in ends]
        by_script = fitting.predict(table, replace(model, turn_back_min=minutes))
        assert np.array(by_router) == pytest.approx(by_script, abs=0.01)
        assert spearmanr(by_router, pairs["fastest_min"]).statistic > 0.96


def test_road_lengths_agree_with_recalled_ones(cities: gpd.GeoDataFrame):
    recalled = pd.read_csv(HERE / "road_lengths.csv", dtype={"from_adcode": str, "to_adcode": str})
    network = networks.assemble(
        cities,
        (networks.load_nodes(), networks.load_links()),
        networks.load_roads(),
        date="2022-12-31",
        modes=["road"],
        parameters=networks.parameters({"road_speed_kmh": 60.0, "access_speed_kmh": 60.0}),
    )
    kilometres = travel_times(network, cities.index).to_frame()  # a kilometre a minute
    ratio = np.array(
        [
            kilometres.loc[row.from_adcode, row.to_adcode] / row.length_km
            for row in recalled.itertuples()
        ]
    )
    assert len(ratio) == 38
    assert np.median(ratio) == pytest.approx(0.942, abs=0.005)
    assert ratio.min() > 0.75
    assert ratio.max() < 1.11


@needs_graph
def test_the_embedded_roads_are_what_the_script_builds():
    script = _script("build_roads")
    crossings = pd.read_csv(data_path("road_crossings.csv"))
    nodes, links, report = script.build(script.yrd_area(), script.yrd_seats(), crossings)
    for name, table in (("nodes", nodes), ("links", links)):
        embedded = gzip.decompress(data_path(f"roads_yrd_{name}.csv.gz").read_bytes())
        assert table.to_csv(index=False, lineterminator="\n").encode() == embedded
    assert (report["nodes"], report["links"], report["crossings_added"]) == (23255, 38062, 4)


@needs_graph
def test_the_embedded_railways_are_what_the_script_builds():
    tables = _script("build_rail").tables()
    for name, table in zip(("nodes.csv", "links.csv"), tables, strict=True):
        built = table.to_csv(index=False, lineterminator="\n")
        assert built == data_path(name).read_text(encoding="utf-8")
