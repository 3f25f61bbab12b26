"""Results are complete when they exist, and refuse what would lie."""

import numpy as np
import pandas as pd
import pytest

from yrdgeo.errors import NetworkError, TableError
from yrdgeo.results import GradientFit, Network, TestResult, TravelTimes

INF = np.inf


def times() -> TravelTimes:
    return TravelTimes(
        pd.Index(["b", "a"]), pd.Index(["x", "y", "z"]), np.array([[1, 2, 3], [4, 5, INF]])
    )


def test_the_long_table_and_back_is_the_same_matrix() -> None:
    table = times().to_table().sample(frac=1, random_state=1)
    back = TravelTimes.from_table(table).to_frame().loc[["b", "a"], ["x", "y", "z"]]
    pd.testing.assert_frame_equal(back, times().to_frame())


def test_the_wide_table_is_labelled() -> None:
    frame = times().to_frame()
    assert frame.loc["a", "y"] == 5
    assert frame.index.name == "from_id"
    assert frame.columns.name == "to_id"


def test_a_pair_without_a_row_is_an_error_unless_said_to_be_unreachable() -> None:
    table = times().to_table().iloc[1:]
    with pytest.raises(TableError, match="no row for b → x"):
        TravelTimes.from_table(table)
    frame = TravelTimes.from_table(table, absent="unreachable").to_frame()
    assert frame.loc["b", "x"] == INF


@pytest.mark.parametrize("bad", [np.nan, -1.0])
def test_nan_and_negative_minutes_are_refused_with_the_pair(bad: float) -> None:
    with pytest.raises(TableError, match="from a to y"):
        TravelTimes(pd.Index(["a"]), pd.Index(["x", "y"]), np.array([[0.0, bad]]))


def test_a_repeated_label_and_a_wrong_shape_are_refused() -> None:
    with pytest.raises(TableError, match="repeated origins"):
        TravelTimes(pd.Index(["a", "a"]), pd.Index(["x"]), np.zeros((2, 1)))
    with pytest.raises(TableError, match=r"shape \(1, 1\) for 2 × 1"):
        TravelTimes(pd.Index(["a", "b"]), pd.Index(["x"]), np.zeros((1, 1)))


def test_the_minutes_are_a_copy_that_cannot_be_written() -> None:
    array = np.zeros((1, 1))
    result = TravelTimes(pd.Index(["a"]), pd.Index(["x"]), array)
    array[0, 0] = 9.0
    assert result.minutes[0, 0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        result.minutes[0, 0] = 1.0


def network(to_node: str = "y") -> Network:
    links = pd.DataFrame(
        {
            "link_id": ["<b>l</b>"],
            "from_node": ["x"],
            "to_node": [to_node],
            "mode": ["<i>road</i>"],
            "length_km": [1.0],
            "speed_kmh": [60.0],
        }
    )
    return Network(links, pd.DataFrame({"node_id": ["x", "y"]}))


def test_a_link_to_an_unknown_node_is_refused_by_name() -> None:
    with pytest.raises(NetworkError, match=r"to_node.*nowhere"):
        network("nowhere")


def test_html_shows_names_as_text() -> None:
    html = network()._repr_html_()
    assert "<i>" not in html
    assert "&lt;i&gt;road" in html


def test_reprs_say_what_matters() -> None:
    assert repr(times()) == "TravelTimes(2 × 3, 1.0–5.0 min, 1 without a path)"
    test = TestResult(1.5, 0.25, 1 / 28, "less", 28, np.zeros(28))
    assert "p = 0.25 (less, cannot be below 0.036; 28 permutations)" in repr(test)
    empty = pd.Series(dtype=float)
    fit = GradientFit(
        "linear", {"slope": 2.0}, {"slope": 0.1}, {"slope": (1.8, 2.2)}, 0.9, 5, empty, empty
    )
    assert repr(fit) == "GradientFit(linear: slope = 2 (se 0.1); n = 5, R² = 0.900)"
    for result in (times(), test, fit):
        assert result._repr_html_().startswith("<p>")
