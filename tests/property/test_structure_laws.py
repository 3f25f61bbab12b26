"""Laws of industrial structure on random tables, over every registered measure."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yrdgeo.analysis import structure

AMOUNTS = st.one_of(st.just(0.0), st.integers(1, 10**6).map(lambda whole: whole / 100))
SOME = st.integers(1, 10**6).map(lambda whole: whole / 100)
EXTENSIVE = ("shift_share", "esteban_marquillas")
CLOSE = {"rel": 1e-9, "abs": 1e-12}


@st.composite
def tables(
    draw: st.DrawFn, *, count: int = 1, amounts: st.SearchStrategy[float] = AMOUNTS
) -> list[pd.DataFrame]:
    """Draw tables of the same cities and sectors, each in an order of its own."""
    n, k = draw(st.integers(1, 6)), draw(st.integers(2, 12))
    drawn = []
    for _ in range(count):
        rows = draw(st.lists(amounts, min_size=n * k, max_size=n * k))
        cells = np.reshape(rows, (n, k))
        for place in range(max(n, k)):  # every city and every sector has something
            cells[place % n, place % k] += 0.01
        table = pd.DataFrame(cells)
        table = table.set_axis([f"city{i}" for i in range(n)])
        table = table.set_axis([f"sector{j}" for j in range(k)], axis="columns")
        seed = draw(st.integers(0, 999))
        drawn.append(shuffled(table, seed))
    return drawn


def shuffled(table: pd.DataFrame, seed: int) -> pd.DataFrame:
    mixed = table.sample(frac=1, random_state=seed)
    return mixed.sample(frac=1, axis="columns", random_state=seed)


def measured(name: str, given_tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Call a registered measure, and bring what comes back in one order."""
    measure = structure.MEASURES[name]
    options = dict(measure.defaults)
    if name == "upgrade_index":
        options["order"] = sorted(given_tables[0].columns)
    found = measure.function(*given_tables[: len(measure.takes)], **options)
    frame = found.to_frame() if isinstance(found, pd.Series) else found
    return frame.sort_index().sort_index(axis="columns")


@pytest.mark.parametrize("name", structure.MEASURES)
@settings(max_examples=12)
@given(two=tables(count=2, amounts=SOME), seed=st.integers(0, 999))
def test_the_order_of_cities_and_sectors_changes_nothing(
    name: str, two: list[pd.DataFrame], seed: int
) -> None:
    mixed = [shuffled(table, seed + place) for place, table in enumerate(two)]
    expected, found = measured(name, two), measured(name, mixed)
    pd.testing.assert_frame_equal(found, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", structure.MEASURES)
@settings(max_examples=12)
@given(two=tables(count=2, amounts=SOME), power=st.integers(-30, 30))
def test_the_unit_of_the_amounts_changes_nothing_but_amounts(
    name: str, two: list[pd.DataFrame], power: int
) -> None:
    factor = 2.0**power  # exact, so nothing rounds
    scaled = measured(name, [table * factor for table in two])
    expected = measured(name, two) * (factor if name in EXTENSIVE else 1.0)
    pd.testing.assert_frame_equal(scaled, expected, rtol=1e-9, atol=1e-9 * factor)


@pytest.mark.parametrize("name", ["krugman", "similarity", "complementarity", "herfindahl"])
@settings(max_examples=12)
@given(one=tables(), factors=st.lists(st.floats(1e-3, 1e3), min_size=6, max_size=6))
def test_the_size_of_a_city_changes_nothing(
    name: str, one: list[pd.DataFrame], factors: list[float]
) -> None:
    bigger = one[0].mul(factors[: len(one[0])], axis="index")
    pd.testing.assert_frame_equal(measured(name, [bigger]), measured(name, one), rtol=1e-9)


@settings(max_examples=25)
@given(one=tables())
def test_matrices_are_symmetric_bounded_and_know_themselves(one: list[pd.DataFrame]) -> None:
    table = one[0]
    bounds = {"krugman": (0.0, 2.0), "similarity": (1.0, 1.0), "complementarity": (0.0, 1.0)}
    for name, (own, top) in bounds.items():
        matrix = getattr(structure, name)(table)
        assert list(matrix.index) == list(matrix.columns) == list(table.index)
        assert (matrix.to_numpy() == matrix.to_numpy().T).all()
        assert (np.diagonal(matrix) == own).all()
        assert matrix.to_numpy().min() >= 0.0
        assert matrix.to_numpy().max() <= top
    parts = table.div(table.sum(axis=1), axis=0)
    overlap = np.minimum(parts.to_numpy()[:, None], parts.to_numpy()).sum(axis=2)
    np.testing.assert_allclose(structure.complementarity(table), 1 - overlap, atol=1e-12)


@settings(max_examples=25)
@given(one=tables())
def test_krugman_obeys_the_triangle(one: list[pd.DataFrame]) -> None:
    matrix = structure.krugman(one[0]).to_numpy()
    assert (matrix[:, None] <= matrix[:, :, None] + matrix[None] + 1e-12).all()


@settings(max_examples=25)
@given(one=tables())
def test_quotients_average_one_and_symmetric_ones_are_bounded(one: list[pd.DataFrame]) -> None:
    table = one[0]
    quotients = structure.location_quotient(table)
    weights = table.sum(axis=1) / table.sum().sum()
    assert quotients.mul(weights, axis=0).sum().to_list() == pytest.approx([1.0] * table.shape[1])
    symmetric = structure.symmetric_quotient(table).to_numpy()
    assert ((symmetric >= -1) & (symmetric <= 1)).all()
    assert ((symmetric < 0) == (quotients.to_numpy() < 1)).all()


@settings(max_examples=25)
@given(two=tables(count=2, amounts=SOME), seed=st.integers(0, 100))
def test_a_reference_that_is_the_sum_of_the_table_changes_nothing(
    two: list[pd.DataFrame], seed: int
) -> None:
    wholes = [table.sum().sample(frac=1, random_state=seed) for table in two]
    for measure in (structure.location_quotient, structure.specialisation):
        pd.testing.assert_index_equal(measure(two[0]).index, two[0].index)
        found, expected = measure(two[0], reference=wholes[0]), measure(two[0])
        np.testing.assert_allclose(found, expected, rtol=1e-12)
    for change in (structure.shift_share, structure.gradient_coefficient):
        found, expected = change(*two, reference=(wholes[0], wholes[1])), change(*two)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-6)


@settings(max_examples=25)
@given(one=tables())
def test_levels_stay_in_their_bounds(one: list[pd.DataFrame]) -> None:
    table = one[0]
    k = table.shape[1]
    concentration = structure.herfindahl(table)
    assert concentration.between(1 / k - 1e-12, 1 + 1e-12).all()
    ladder = structure.upgrade_index(table, order=sorted(table.columns))
    assert ladder.between(1 - 1e-9, k + 1e-9).all()
    down = structure.upgrade_index(table, order=sorted(table.columns, reverse=True))
    assert (ladder + down).to_list() == pytest.approx([k + 1.0] * len(table))
    assert structure.specialisation(table).between(0, 2).all()
    assert structure.hoover_localisation(table).between(0, 1).all()


@settings(max_examples=25)
@given(two=tables(count=2))
def test_the_angle_is_symmetric_bounded_and_the_arc_cosine_of_similarity(
    two: list[pd.DataFrame],
) -> None:
    first, last = two
    angle = structure.moore_angle(first, last)
    assert angle.between(0, 90).all()
    back = structure.moore_angle(last, first)
    assert angle.to_dict() == pytest.approx(back.to_dict(), **CLOSE)
    own = structure.moore_angle(first, first * 4.0)
    assert own.to_list() == [0.0] * len(first)
    for city in first.index:
        both = pd.DataFrame([first.loc[city], last.loc[city]], ["a", "b"])
        both = both.loc[:, both.any()]
        if both.shape[1] > 1:
            cosine = structure.similarity(both).loc["a", "b"]
            assert np.cos(np.radians(angle[city])) == pytest.approx(cosine, abs=1e-9)


@settings(max_examples=30)
@given(two=tables(count=2))
def test_shift_and_share_add_up(two: list[pd.DataFrame]) -> None:
    first, last = two
    parts = structure.shift_share(first, last)
    total = float((last.sum() - first.sum()).sum())
    scale = 1e-12 * (first.sum().sum() + last.sum().sum()) * (1 + last.sum() / first.sum()).max()
    gap = parts[["national", "industry_mix", "competitive"]].sum(axis=1) - parts["change"]
    assert gap.abs().max() <= scale
    assert parts["national"].sum() == pytest.approx(total, abs=scale * 10)
    assert abs(parts["industry_mix"].sum()) <= scale * 10
    assert parts.groupby("sector")["competitive"].sum().abs().max() <= scale * 10
    for city in first.index:
        change = last.loc[city] - first.loc[city]
        assert parts.loc[city, "change"].to_dict() == pytest.approx(change.to_dict())


@settings(max_examples=30)
@given(two=tables(count=2, amounts=SOME))
def test_the_allocation_splits_the_competitive_part(two: list[pd.DataFrame]) -> None:
    first, last = two
    split, plain = structure.esteban_marquillas(first, last), structure.shift_share(first, last)
    growth = 1 + (last / first).max().max() + (last.sum() / first.sum()).max()
    scale = 1e-12 * (first.sum().sum() + last.sum().sum()) * growth
    both = split["competitive"] + split["allocation"] - plain["competitive"]
    assert both.abs().max() <= scale
    names = ["national", "industry_mix", "competitive", "allocation"]
    assert (split[names].sum(axis=1) - split["change"]).abs().max() <= scale
    # A city with the structure of the area has nothing to allocate.
    alike = pd.concat([first.sum().to_frame("x").T, first.sum().to_frame("y").T * 3.0])
    later = pd.concat([last.sum().to_frame("x").T, last.iloc[[0]].set_axis(["y"])])
    none = structure.esteban_marquillas(alike, later)["allocation"]
    assert none.abs().max() <= scale * 10


@settings(max_examples=25)
@given(two=tables(count=2))
def test_each_suppliers_complementarity_averages_one_over_demand(two: list[pd.DataFrame]) -> None:
    supply, demand = two
    matrix = structure.trade_complementarity(supply, demand)
    weights = demand.sum(axis=1).reindex(matrix.columns) / demand.sum().sum()
    assert (matrix.to_numpy() @ weights.to_numpy()).tolist() == pytest.approx([1.0] * len(supply))


@settings(max_examples=20)
@given(one=tables(), lost=st.integers(0, 10**6), seed=st.integers(0, 100))
def test_the_long_table_gives_the_table_back_without_who_lacks_a_sector(
    one: list[pd.DataFrame], lost: int, seed: int
) -> None:
    table = one[0]
    long = table.rename_axis("adcode").reset_index().melt("adcode", var_name="indicator")
    long = long.assign(year=2021, vintage="v", unit="1e8 CNY").sample(frac=1, random_state=seed)
    row = long.index[lost % len(long)]
    without = long.loc[row, "adcode"]
    cut = long.assign(value=long["value"].where(long.index != row))
    order, cities = list(table.columns), list(table.index)
    whole = structure.table(long, order, 2021, cities=cities)
    assert whole.missing == ()
    np.testing.assert_array_equal(whole.amounts.to_numpy(), table.to_numpy())
    part = structure.table(cut, order, 2021, cities=cities)
    assert part.missing == (without,)
    np.testing.assert_array_equal(part.amounts.to_numpy(), table.drop(without).to_numpy())
