"""The shipped corridors are lines of cities that their sources name."""

import tomllib

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from yrdgeo.analysis.gradient import chainage
from yrdgeo.provenance import data_path
from yrdgeo.results import Run

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


# Along the corridors from Shanghai neither a gradient nor a premium can be told from none.
@pytest.mark.parametrize(
    ("corridor", "n", "slope", "premium_pct"),
    [("g60", 12, -0.001329, -6.02), ("g40_yrd", 9, -0.001773, 13.60)],
)
def test_gdp_per_head_along_a_corridor(
    delta: Run, corridor: str, n: int, slope: float, premium_pct: float
) -> None:
    rows = delta.gradients[delta.gradients["corridor_id"].eq(corridor)].set_index("coefficient")
    assert rows.loc["slope", "n"] == n
    assert rows.loc["slope", "estimate"] == pytest.approx(slope, abs=1e-6)
    assert rows.loc["slope", "upper"] > 0
    table = delta.tables["corridor_premium"]
    found = table[table["corridor_id"].eq(corridor) & table["by"].eq("km")].iloc[0]
    assert found["premium_pct"] == pytest.approx(premium_pct, abs=0.01)
    assert found["lower_pct"] < 0 < found["upper_pct"]
    assert found["n_on"] + found["n_off"] == 41


def test_the_premium_is_that_of_a_regression_of_logs(delta: Run) -> None:
    """A second route: plain numpy on the published distances and values."""
    table = delta.tables["corridor_premium"]
    found = table[table["corridor_id"].eq("g60") & table["by"].eq("road")].iloc[0]
    minutes = delta.times["road"].to_frame().loc["310000"]
    names = delta.gradients.set_index("corridor_id").loc["g60", "gradient_id"].iloc[0]
    off = delta.tables["gradient_residuals"]
    on = minutes.index.isin(off.loc[off["gradient_id"].eq(names), "adcode"])
    y = np.log(delta.values("gdp_per_capita", 2022)[minutes.index].to_numpy())
    design = np.column_stack([np.ones(41), minutes, on])
    by_hand = np.linalg.lstsq(design, y, rcond=None)[0]
    assert found["premium"] == pytest.approx(by_hand[2], rel=1e-9)
    assert found["slope"] == pytest.approx(by_hand[1], rel=1e-9)


def test_gdp_per_head_falls_by_a_fifth_with_each_ring(delta: Run) -> None:
    rows = delta.gradients[delta.gradients["by"].eq("ring")].set_index("coefficient")
    assert rows.loc["slope", "estimate"] == pytest.approx(-0.232673, abs=1e-6)
    local = delta.gradients[delta.gradients["form"].eq("local")].iloc[0]
    assert local["coefficient"] == ""
    assert np.isnan(local["r2"])  # no R² to rank it by
