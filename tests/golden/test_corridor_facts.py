"""The shipped corridors are lines of cities that their sources name."""

import tomllib

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from yrdgeo.analysis.gradient import chainage
from yrdgeo.provenance import data_path

CORRIDORS = pd.read_csv(data_path("corridors.csv"), dtype=str).set_index("corridor_id")
PREFECTURE_OF = {"310117": "310000"}  # Songjiang stands by the seat of Shanghai


@pytest.fixture(scope="module")
def seats() -> gpd.GeoDataFrame:
    cities = pd.read_csv(data_path("cities.csv"), dtype={"adcode": str})
    return gpd.GeoDataFrame(cities.set_index("adcode").sample(frac=1, random_state=1))


@pytest.mark.parametrize("corridor", CORRIDORS.index)
def test_a_corridor_runs_through_members_of_its_group_once(corridor: str) -> None:
    row = CORRIDORS.loc[corridor]
    line = row["line"].split(";")
    groups = pd.read_csv(data_path("groups.csv"), dtype=str)
    members = groups.loc[groups["group_id"] == row["group_id"], "member_id"]
    assert set(line) <= set(members.replace(PREFECTURE_OF))
    assert len(set(line)) == len(line)
    sources = tomllib.loads(data_path("sources/pairs.toml").read_text(encoding="utf-8"))
    assert row["source_id"] in sources
    assert row["confidence"] in {"high", "medium", "low", "unverified"}


def test_the_two_axes_of_g60_have_all_its_members() -> None:
    lines = CORRIDORS.loc[CORRIDORS["group_id"] == "g60", "line"]
    named = {code for line in lines for code in line.split(";")}
    groups = pd.read_csv(data_path("groups.csv"), dtype=str)
    members = groups.loc[groups["group_id"] == "g60", "member_id"].replace(PREFECTURE_OF)
    assert named == set(members)


@pytest.mark.parametrize("corridor", CORRIDORS.index)
def test_chainage_rises_from_seat_to_seat_without_long_gaps(
    corridor: str, seats: gpd.GeoDataFrame
) -> None:
    line = CORRIDORS.loc[corridor, "line"].split(";")
    along = chainage(seats, line).reindex(line)
    assert along["chainage_km"].iloc[0] == pytest.approx(0, abs=1e-6)
    steps = np.diff(along["chainage_km"])
    assert (steps > 20).all()
    assert (steps < 200).all()
    assert along["offset_km"].max() < 1e-6
