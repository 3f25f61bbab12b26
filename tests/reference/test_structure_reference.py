"""Structure by a second route: scikit-learn, scipy, loops, and the conventions that differ."""

import math
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import braycurtis, cosine
from sklearn.metrics.pairwise import cosine_similarity, manhattan_distances

from yrdgeo.analysis import structure
from yrdgeo.provenance import data_path

CONVENTIONS = Path(__file__).parents[2] / "docs" / "conventions.md"
TOLERANCE = {"rtol": 1e-9, "atol": 1e-12}


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Draw 40 cities × 15 sectors, of very different sizes, a fifth of the cells empty."""
    random = np.random.default_rng(7)
    drawn = random.lognormal(3, 2, (40, 15)) * random.lognormal(0, 2, (40, 1))
    drawn[random.random(drawn.shape) < 0.2] = 0.0
    cities = [f"c{number:02}" for number in random.permutation(40)]
    return pd.DataFrame(drawn, cities, [f"s{number}" for number in range(15)])


@pytest.fixture(scope="module")
def later(table: pd.DataFrame) -> pd.DataFrame:
    random = np.random.default_rng(8)
    grown = table * random.lognormal(0.1, 0.3, table.shape) + random.random(table.shape)
    return grown.sample(frac=1, random_state=1).sample(frac=1, axis=1, random_state=1)


def real(year: int) -> pd.DataFrame:
    long = pd.read_csv(data_path("indicators.csv"), dtype={"adcode": str})
    return structure.table(long, structure.THREE_SECTORS, year).amounts


def test_similarity_is_the_cosine_of_scikit_learn_and_scipy(table: pd.DataFrame) -> None:
    found = structure.similarity(table)
    np.testing.assert_allclose(found, cosine_similarity(table), **TOLERANCE)
    one, other = found.index[3], found.index[28]
    expected = 1 - cosine(table.loc[one], table.loc[other])
    assert found.loc[one, other] == pytest.approx(expected, rel=1e-9)


def test_krugman_is_the_city_block_distance_of_shares(table: pd.DataFrame) -> None:
    parts = table.div(table.sum(axis=1), axis=0)
    found = structure.krugman(table)
    np.testing.assert_allclose(found, manhattan_distances(parts), **TOLERANCE)
    one, other = found.index[3], found.index[28]
    half = structure.complementarity(table).loc[one, other]
    assert half == pytest.approx(braycurtis(parts.loc[one], parts.loc[other]), rel=1e-9)


def test_quotients_by_plain_loops(table: pd.DataFrame) -> None:
    found = structure.location_quotient(table)
    everything = table.to_numpy().sum()
    for city, sector in product(table.index, table.columns):
        share = table.loc[city, sector] / table.loc[city].sum()
        expected = share / (table[sector].sum() / everything)
        assert found.loc[city, sector] == pytest.approx(expected, rel=1e-9)


def test_gradients_by_plain_loops(table: pd.DataFrame, later: pd.DataFrame) -> None:
    found = structure.gradient_coefficient(table, later)
    quotients = structure.location_quotient(table)
    for city, sector in product(table.index, table.columns):
        here = table.loc[city, sector] / later.loc[city, sector]
        everywhere = table[sector].sum() / later[sector].sum()
        expected = quotients.loc[city, sector] * here / everywhere
        assert found.loc[city, sector] == pytest.approx(expected, rel=1e-9)


def test_hoover_is_the_height_of_the_localisation_curve(table: pd.DataFrame) -> None:
    quotients = structure.location_quotient(table)
    found = structure.hoover_localisation(table)
    for sector in table.columns:
        order = quotients[sector].sort_values(ascending=False).index
        up = (table[sector] / table[sector].sum()).loc[order].cumsum()
        along = (table.sum(axis=1) / table.to_numpy().sum()).loc[order].cumsum()
        assert found[sector] == pytest.approx((up - along).max(), rel=1e-9)


def test_shift_and_share_by_plain_loops(table: pd.DataFrame, later: pd.DataFrame) -> None:
    first = table + 1.0
    plain = structure.shift_share(first, later)
    split = structure.esteban_marquillas(first, later)
    growth = later.to_numpy().sum() / first.to_numpy().sum() - 1
    for city, sector in product(first.index, first.columns):
        old, new = first.loc[city, sector], later.loc[city, sector]
        own = new / old - 1
        everywhere = later[sector].sum() / first[sector].sum() - 1
        alike = first.loc[city].sum() * first[sector].sum() / first.to_numpy().sum()
        parts = plain.loc[(city, sector)]
        scale = {"rel": 1e-9, "abs": 1e-9 * (old + new)}
        assert parts["national"] == pytest.approx(old * growth, **scale)
        assert parts["industry_mix"] == pytest.approx(old * (everywhere - growth), **scale)
        assert parts["competitive"] == pytest.approx(old * (own - everywhere), **scale)
        both = split.loc[(city, sector)]
        assert both["competitive"] == pytest.approx(alike * (own - everywhere), **scale)
        assert both["allocation"] == pytest.approx((old - alike) * (own - everywhere), **scale)


def test_trade_complementarity_by_its_formula(table: pd.DataFrame, later: pd.DataFrame) -> None:
    found = structure.trade_complementarity(table, later)
    supply, demand = structure.location_quotient(table), structure.location_quotient(later)
    weights = table.sum() / table.to_numpy().sum()
    expected = (supply * weights) @ demand.loc[table.index, table.columns].T
    np.testing.assert_allclose(found, expected, **TOLERANCE)


def test_the_angle_is_the_arc_cosine(table: pd.DataFrame, later: pd.DataFrame) -> None:
    found = structure.moore_angle(table, later)
    for city in table.index:
        one, other = table.loc[city].to_numpy(), later.loc[city, table.columns].to_numpy()
        between = one @ other / np.sqrt((one @ one) * (other @ other))
        assert np.cos(np.radians(found[city])) == pytest.approx(between, rel=1e-9)


def both_numbers(ours: str, theirs: str) -> None:
    """Hold the page to the two numbers of a deliberate difference."""
    text = CONVENTIONS.read_text(encoding="utf-8")
    row = [line for line in text.splitlines() if ours in line and theirs in line]
    assert row, f"{ours} and {theirs} stand in no line of {CONVENTIONS.name}"


def test_krugman_here_runs_to_two() -> None:
    # Nanjing and Zhoushan, 2022; others halve the sum.
    found = structure.krugman(real(2022)).loc["320100", "330900"]
    parts = real(2022).div(real(2022).sum(axis=1), axis=0)
    halved = np.abs(parts.loc["320100"] - parts.loc["330900"]).sum() / 2
    both_numbers(f"{found:.4f}", f"{halved:.4f}")


def test_an_arc_cosine_loses_a_small_turn() -> None:
    before = pd.DataFrame({"farms": [1.0], "mills": [1.0]}, ["a"])
    after = pd.DataFrame({"farms": [1.0 + 2e-8], "mills": [1.0]}, ["a"])
    found = structure.moore_angle(before, after)["a"]
    mills, farms = 1.0, 1.0 + 2e-8
    between = (mills + farms) / math.sqrt(2.0 * (mills * mills + farms * farms))
    theirs = math.degrees(math.acos(min(between, 1.0)))
    assert found == pytest.approx(np.degrees(1e-8), rel=1e-6)
    both_numbers(f"{found:.2e}", f"{theirs:.2e}")


def test_a_nation_as_reference_is_another_quotient() -> None:
    # Secondary sector of Hefei, 2021, against the cities that have data and against Anhui.
    totals = pd.read_csv(data_path("province_totals.csv"), dtype={"adcode": str})
    anhui = totals[totals["adcode"].eq("340000") & totals["year"].eq(2021)]
    province = anhui.set_index("indicator")["value"].loc[list(structure.THREE_SECTORS)]
    table = real(2021)
    ours = structure.location_quotient(table).loc["340100", "va_secondary"]
    theirs = structure.location_quotient(table, reference=province).loc["340100", "va_secondary"]
    both_numbers(f"{ours:.4f}", f"{theirs:.4f}")
