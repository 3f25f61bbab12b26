"""Bad input, across every row of the registry: one clear error each, which names the ids."""

from contextlib import suppress

import numpy as np
import pandas as pd
import pytest
from measure_inputs import needed, taken

from yrdgeo.analysis.accessibility import MEASURES
from yrdgeo.errors import ArgumentError, TableError, YrdGeoError
from yrdgeo.results import TravelTimes

IDS = ["310000", "320100", "330100"]
ON_AMOUNTS = [name for name, row in MEASURES.items() if row.takes]
COMPETING = [name for name, row in MEASURES.items() if len(row.takes) > 1]
TABLES = [(name, need) for name, row in MEASURES.items() for need in row.needs if need != "network"]


@pytest.fixture
def times() -> TravelTimes:
    """Return minutes between three cities, columns in another order."""
    return TravelTimes(IDS, IDS[::-1], [[60.0, 90.0, 0.0], [120.0, 0.0, 95.0], [0.0, 130.0, 70.0]])


@pytest.fixture
def mass() -> pd.Series:
    return pd.Series({"330100": 12.0, "310000": 24.0, "320100": 9.0})


@pytest.mark.parametrize("name", ON_AMOUNTS)
@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.nan, r"amounts are missing.*nan at 320100"),
        (-9.0, r"amounts are negative.*-9\.0 at 320100"),
        (np.inf, r"amounts are infinite.*inf at 320100"),
    ],
    ids=["missing", "negative", "infinite"],
)
def test_bad_amounts(
    name: str, times: TravelTimes, mass: pd.Series, value: float, message: str
) -> None:
    mass["320100"] = value
    with pytest.raises(TableError, match=message):
        taken(name, times, mass)


@pytest.mark.parametrize("name", ON_AMOUNTS)
def test_text_for_numbers(name: str, times: TravelTimes, mass: pd.Series) -> None:
    with pytest.raises(TableError, match=r"not numbers.*'many at 320100'"):
        taken(name, times, mass.astype(object).replace(9.0, "many"))


@pytest.mark.parametrize("name", ON_AMOUNTS)
def test_a_missing_destination(name: str, times: TravelTimes, mass: pd.Series) -> None:
    with pytest.raises(TableError, match=r"places have no amount.*'320100'"):
        taken(name, times, mass.drop("320100"))


@pytest.mark.parametrize("name", ON_AMOUNTS)
def test_repeated_ids(name: str, times: TravelTimes, mass: pd.Series) -> None:
    with pytest.raises(TableError, match=r"ids are repeated.*'320100'"):
        taken(name, times, pd.concat([mass, mass.loc[["320100"]]]))


@pytest.mark.parametrize("name", ON_AMOUNTS)
def test_amounts_without_ids(name: str, times: TravelTimes) -> None:
    with pytest.raises(TableError, match="joined by id, never by position"):
        taken(name, times, [1.0, 2.0, 3.0])  # type: ignore[arg-type]


@pytest.mark.parametrize("name", COMPETING)
def test_nobody_demands_anything(name: str, times: TravelTimes, mass: pd.Series) -> None:
    row = MEASURES[name]
    with pytest.raises(ArgumentError, match=r"no demand.*0 at 310000, 320100, 330100"):
        row.function(times, mass, mass * 0, **row.defaults)


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize(
    ("factor", "unit"), [(1 / 600, "hours"), (60.0, "seconds")], ids=["hours", "seconds"]
)
def test_times_that_cannot_be_minutes(
    name: str, times: TravelTimes, mass: pd.Series, factor: float, unit: str
) -> None:
    wrong = TravelTimes(times.origins, times.destinations, times.minutes * factor)
    row = MEASURES[name]
    with pytest.raises(ArgumentError, match=f"look like {unit}") as caught:
        row.function(wrong, *[mass for _ in row.takes], **needed(name, times), **row.defaults)
    assert "from 3" in caught.value.found
    assert "by 60" in caught.value.fix


@pytest.mark.parametrize("name", MEASURES)
def test_a_table_is_no_travel_times(name: str, times: TravelTimes, mass: pd.Series) -> None:
    row = MEASURES[name]
    amounts = [mass for _ in row.takes]
    with pytest.raises(ArgumentError, match="must be TravelTimes"):
        row.function(times.to_frame(), *amounts, **needed(name, times), **row.defaults)


@pytest.mark.parametrize("minutes", [[[np.nan, 1.0]], [[-1.0, 1.0]]], ids=["missing", "negative"])
def test_no_measure_sees_times_that_are_no_numbers(minutes: list[list[float]]) -> None:
    with pytest.raises(TableError, match="from a to b"):
        TravelTimes(["a"], ["b", "c"], minutes)


def test_no_measure_sees_repeated_places() -> None:
    with pytest.raises(TableError, match="repeated origins"):
        TravelTimes(["a", "a"], ["b"], [[1.0], [2.0]])


@pytest.mark.parametrize(("name", "need"), TABLES)
@pytest.mark.parametrize("fault", ["negative", "missing", "text", "absent", "repeated", "array"])
def test_bad_tables_of_pairs(
    name: str, need: str, fault: str, times: TravelTimes, mass: pd.Series
) -> None:
    tables = needed(name, times)
    table = tables[need]
    assert isinstance(table, pd.DataFrame)
    if fault in {"negative", "missing"}:
        table.loc["320100", "330100"] = -1.0 if fault == "negative" else np.nan
        message = "from 320100 to 330100"
    elif fault == "text":
        tables[need] = table.astype(object)
        tables[need].loc["320100", "330100"] = "far"  # type: ignore[attr-defined]
        message = "far from 320100 to 330100"
    elif fault == "absent":
        tables[need], message = table.drop(index="320100"), "none for 320100"
    elif fault == "repeated":
        tables[need] = pd.concat([table, table.loc[["320100"]]])
        message = "repeated origins.*320100"
    else:
        tables[need], message = table.to_numpy(), "must be a pandas DataFrame"
    row = MEASURES[name]
    with pytest.raises(TableError, match=f"{need}.*{message}"):
        row.function(times, *[mass for _ in row.takes], **tables, **row.defaults)


@pytest.mark.parametrize("name", [n for n, row in MEASURES.items() if "decay" in row.defaults])
def test_a_decay_must_be_a_function(name: str, times: TravelTimes, mass: pd.Series) -> None:
    row = MEASURES[name]
    options = {**needed(name, times), **row.defaults, "decay": 0.5}
    with pytest.raises(ArgumentError, match="decay must be a function"):
        row.function(times, *[mass for _ in row.takes], **options)


@pytest.mark.parametrize("name", MEASURES)
def test_hostile_names_come_back_as_they_are(name: str, mass: pd.Series) -> None:
    evil = ["<script>alert(1)</script>", "{% raw %}", "a'; DROP TABLE x--"]
    times = TravelTimes(evil, evil, [[0.0, 30.0, 50.0], [35.0, 0.0, 60.0], [45.0, 65.0, 0.0]])
    found = taken(name, times, pd.Series(mass.to_numpy(), evil))
    assert list(found.index) == evil


def test_zero_minutes_say_nothing_about_the_unit() -> None:
    ids = ["a", "b"]
    same_spot = TravelTimes(ids, ids, np.zeros((2, 2)))
    row = MEASURES["cumulative"]
    assert row.function(same_spot, pd.Series(1.0, ids), cutoff_min=0).tolist() == [2.0, 2.0]


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("size", [0, 1])
def test_no_places_give_no_values_or_one_of_our_errors(name: str, size: int) -> None:
    ids = IDS[:size]
    nowhere = TravelTimes(ids, [], np.zeros((size, 0)))
    found = 0
    with suppress(YrdGeoError):  # any other error fails
        found = len(taken(name, nowhere, pd.Series(1.0, ids)))
    assert found <= size
