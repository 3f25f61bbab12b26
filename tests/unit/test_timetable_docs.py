"""The page on timetables: its examples run, and its lists of names are the reader's."""

import gzip
import inspect
import re
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from yrdgeo.provenance import data_path
from yrdgeo.routing.engine import prepare
from yrdgeo.routing.scan import scheduled_times
from yrdgeo.routing.times import travel_times
from yrdgeo.schema import SCHEMA
from yrdgeo.sources.boundaries import load_cities
from yrdgeo.sources.door_to_door import CHANGE_KM, CHANGE_MIN
from yrdgeo.sources.networks import (
    assemble,
    load_links,
    load_nodes,
    load_roads,
    load_time_models,
    parameters,
)
from yrdgeo.sources.timetable import STOP_NAMES
from yrdgeo.sources.timetable_rows import FASTEST_KMH, LONGEST_DWELL_MIN, LONGEST_RIDE_MIN
from yrdgeo.sources.turn_backs import turn_backs

PAGE = (Path(__file__).parents[2] / "docs" / "timetables.md").read_text(encoding="utf-8")
STOPS = """train,sequence,station,arrive,depart,days
G1,1,上海虹桥,----,08:00,2016-03-10
G1,2,南京南,09:20,09:24,2016-03-10
G1,3,合肥南,10:20,----,2016-03-10
G2,1,合肥南,----,10:40,ALL
G2,2,黄山北,12:10,----,ALL
G3,1,合肥南,----,12:00,ALL
G3,2,上海虹桥,14:30,----,ALL
"""
STATIONS = """station,lon,lat
上海虹桥,121.32,31.19
南京南,118.79,31.97
合肥南,117.29,31.80
黄山北,118.3,29.8
"""


def test_the_examples_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("stops.csv.gz").write_bytes(gzip.compress(STOPS.encode()))
    Path("stations.csv").write_text(STATIONS, encoding="utf-8")
    names: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    assert len(blocks) == 8
    for block in blocks:
        exec(block, names)  # noqa: S102 — the page is ours
    assert names["rides"].minutes.tolist() == [[140.0]]  # type: ignore[attr-defined]
    journeys = names["journeys"].set_index(["from_id", "to_id", "period"])  # type: ignore[attr-defined]
    assert journeys.loc[("上海虹桥", "黄山北", "morning"), "fastest_min"] == 250.0


def test_the_study_file_of_the_page_has_legal_keys():
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
    keys = tomllib.loads(block)["network"]
    assert {"travel", "max_transfers", "change_km"} < set(keys) <= set(SCHEMA["network"])
    assert f"{CHANGE_MIN:g} if left out" in block
    assert keys["change_km"] == CHANGE_KM


@pytest.mark.parametrize("field", STOP_NAMES)
def test_the_page_lists_every_name_of_a_column(field: str):
    (row,) = [
        line
        for line in PAGE.splitlines()
        if line.startswith(f"| {'trip' if field == 'trip_id' else field} |")
    ]
    assert set(re.findall(r"`([^`]+)`", row.split("|")[2])) == set(STOP_NAMES[field])


def test_the_page_states_the_limits():
    assert f"{FASTEST_KMH:g} km/h" in PAGE
    assert f"at most {LONGEST_RIDE_MIN / 60:g}\nhours" in PAGE
    assert LONGEST_DWELL_MIN == 6 * 60
    assert "over\nsix hours" in PAGE


def test_the_page_states_the_default_of_a_change():
    default = inspect.signature(scheduled_times).parameters["transfer_min"].default
    assert f"`transfer_min` ({default:g})" in PAGE


KNOWN = re.findall(r"^\| ([一-鿿]+)–([一-鿿]+) \| (.*) \|$", PAGE, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def modelled() -> dict[tuple[str, bool], pd.DataFrame]:
    """Return the times of both models between the stations of the page, with turns and without."""
    stations = sorted({name for start, end, _ in KNOWN for name in (start, end)})
    models = load_time_models()
    found = {}
    for name in models:
        # A change between the stations of a city that takes for ever: the trains are direct.
        network = assemble(
            load_cities()[0].iloc[:0],
            (load_nodes(), load_links()),
            load_roads(),
            date="2016-03-10",
            modes=["rail"],
            parameters=parameters({"rail_model": name, "transfer_min": 1000.0}),
        )
        turns = turn_backs(network.links, extra_min=models[name].turn_back_min)
        found[name, False] = travel_times(network, stations).to_frame()
        found[name, True] = travel_times(prepare(network, turns=turns), stations).to_frame()
    return found


@pytest.mark.parametrize(("start", "end", "cells"), KNOWN)
def test_the_known_pairs_are_the_timetables_and_the_models(
    start: str, end: str, cells: str, modelled: dict[tuple[str, bool], pd.DataFrame]
):
    told = [float(cell) for cell in cells.split(" | ")]
    pairs = pd.read_csv(data_path("rail_times_2016.csv"))
    ends = {start, end}
    same = [{row.from_station, row.to_station} == ends for row in pairs.itertuples()]
    (row,) = pairs[same].itertuples()
    assert (told[0], told[1], told[4]) == (row.n_trains, row.fastest_min, row.typical_min)
    for at, key in (
        (2, ("fastest", False)),
        (3, ("fastest", True)),
        (5, ("typical", False)),
        (6, ("typical", True)),
    ):
        assert told[at] == pytest.approx(modelled[key].loc[start, end], abs=0.6)


def test_there_are_known_pairs():
    assert len(KNOWN) == 19
