"""Laws of contiguity on random coverages."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_cities import coverage

from yrdgeo.analysis import contiguity

seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(2, 30)


@settings(max_examples=40)
@given(seeds, sizes)
def test_order_is_symmetric_zero_on_the_diagonal_and_keeps_the_triangle_inequality(
    seed: int, n: int
) -> None:
    order = contiguity.order(coverage(n, seed=seed)).to_numpy(dtype=float, na_value=float("inf"))
    assert (order == order.T).all()
    assert (order.diagonal() == 0).all()
    assert (order == 0).sum() == n
    for middle in range(len(order)):
        assert (order <= order[:, [middle]] + order[[middle], :]).all()


@settings(max_examples=40)
@given(seeds, sizes)
def test_order_one_is_what_edges_lists(seed: int, n: int) -> None:
    cities = coverage(n, seed=seed)
    order = contiguity.order(cities)
    edges = contiguity.edges(cities)
    listed = set(zip(edges["from_id"], edges["to_id"], strict=True))
    rows, columns = (order == 1).to_numpy().nonzero()
    ones = zip(order.index[rows], order.columns[columns], strict=True)
    assert {(a, b) for a, b in ones if a < b} == listed


@settings(max_examples=40)
@given(seeds, sizes)
def test_rook_is_part_of_queen_with_the_same_borders(seed: int, n: int) -> None:
    cities = coverage(n, seed=seed)
    key = ["from_id", "to_id"]
    rook = contiguity.edges(cities, rule="rook").set_index(key)
    queen = contiguity.edges(cities).set_index(key)
    assert rook.index.isin(queen.index).all()
    pd.testing.assert_series_equal(rook["border_km"], queen["border_km"].reindex(rook.index))


@settings(max_examples=40)
@given(seeds, sizes, st.integers(0, 999))
def test_the_order_of_the_rows_does_not_matter(seed: int, n: int, other: int) -> None:
    cities = coverage(n, seed=seed)
    shuffled = cities.sample(frac=1, random_state=other)
    pd.testing.assert_frame_equal(contiguity.edges(cities), contiguity.edges(shuffled))
    order = contiguity.order(shuffled).reindex(index=cities.index, columns=cities.index)
    pd.testing.assert_frame_equal(contiguity.order(cities), order)


@settings(max_examples=40)
@given(seeds, st.integers(4, 30), st.data())
def test_a_bridge_never_lengthens_a_way(seed: int, n: int, data: st.DataObject) -> None:
    cities = coverage(n, seed=seed)
    bridge = tuple(data.draw(st.permutations(list(cities.index)))[:2])
    before, after = contiguity.order(cities), contiguity.order(cities, bridges=[bridge])
    assert (after <= before).all(axis=None)
    assert after.loc[bridge] == 1


@settings(max_examples=40)
@given(seeds, sizes)
def test_a_city_borders_no_more_than_its_outline(seed: int, n: int) -> None:
    cities = coverage(n, seed=seed)
    edges = contiguity.edges(cities)
    both = pd.concat(
        [edges.set_index("from_id")["border_km"], edges.set_index("to_id")["border_km"]]
    )
    shared_km = both.groupby(level=0).sum()
    geod = cities.crs.get_geod()
    for code, shared in shared_km.items():
        outline_km = geod.geometry_length(cities.geometry[code].boundary) / 1000
        assert shared <= outline_km * (1 + 1e-9)


@settings(max_examples=20)
@given(seeds, st.integers(2, 15))
def test_a_tolerance_keeps_the_neighbours_of_an_exact_coverage(seed: int, n: int) -> None:
    cities = coverage(n, seed=seed)
    exact = contiguity.edges(cities).set_index(["from_id", "to_id"])["border_km"]
    loose = contiguity.edges(cities, snap_m=1).set_index(["from_id", "to_id"])["border_km"]
    assert exact.index.isin(loose.index).all()
    assert loose[exact.index].to_numpy() == pytest.approx(exact.to_numpy(), abs=0.1)
