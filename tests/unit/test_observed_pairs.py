"""What a fit of the time model refuses of the pairs that were observed."""

import numpy as np
import pandas as pd
import pytest

from yrdgeo.errors import ArgumentError
from yrdgeo.sources.track import checked_pairs

PAIRS = pd.DataFrame(
    {"from_station": ["b", "a"], "to_station": ["c", "b"], "n_trains": ["3", "1"],
     "fastest_min": [20.0, 30.0]}
)  # fmt: skip


def test_numbers_may_be_text() -> None:
    found = checked_pairs(PAIRS, "fastest_min")
    assert found["n_trains"].tolist() == [3.0, 1.0]
    assert found["from_station"].tolist() == ["b", "a"]


@pytest.mark.parametrize("number", [0, -1.0, np.nan, np.inf, "x", None])
@pytest.mark.parametrize("column", ["n_trains", "fastest_min"])
def test_trains_and_minutes_are_above_zero(column: str, number: object) -> None:
    wrong = PAIRS.astype(object)
    wrong.loc[1, column] = number
    with pytest.raises(ArgumentError, match=f"row 3, column '{column}': is no number above 0"):
        checked_pairs(wrong, "fastest_min")


def test_a_pair_is_there_once_either_way_round() -> None:
    back = PAIRS.rename(columns={"from_station": "to_station", "to_station": "from_station"})
    with pytest.raises(ArgumentError, match=r"(?s)row 4: repeats.*found 'c – b'.*row 5: repeats"):
        checked_pairs(pd.concat([PAIRS, back]), "fastest_min")


@pytest.mark.parametrize("column", PAIRS.columns)
def test_a_column_that_lacks_is_named(column: str) -> None:
    with pytest.raises(ArgumentError, match=f"column '{column}' is missing"):
        checked_pairs(PAIRS.drop(columns=column), "fastest_min")
