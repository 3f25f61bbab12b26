"""Accessibility, by hand: four cities, one of them an island."""

import numpy as np
import pandas as pd
import pytest
from measure_inputs import taken

from yrdgeo.analysis.accessibility import (
    MEASURES,
    closest,
    cumulative,
    cumulative_interval,
    gravity,
    relative,
    relative_gravity,
    relative_mean_time,
    self_share,
    unreachable_share,
    weighted_mean_time,
    within_city_min,
)
from yrdgeo.analysis.decay import binary, exponential, linear, power
from yrdgeo.errors import ArgumentError, TableError
from yrdgeo.results import TravelTimes

INF = np.inf


@pytest.fixture
def times() -> TravelTimes:
    """Three cities in a row; rows and columns are in different orders on purpose."""
    return TravelTimes(
        ["hefei", "shanghai", "nanjing"],
        ["nanjing", "shanghai", "hefei"],
        [[60.0, 180.0, 0.0], [120.0, 0.0, 200.0], [0.0, 120.0, 60.0]],
    )


@pytest.fixture
def people() -> pd.Series:
    return pd.Series({"shanghai": 24.0, "hefei": 8.0, "nanjing": 16.0, "elsewhere": -1.0})


@pytest.fixture
def with_island(times: TravelTimes) -> TravelTimes:
    minutes = np.full((3, 4), INF)
    minutes[:, :3] = times.minutes
    return TravelTimes(times.origins, [*times.destinations, "zhoushan"], minutes)


def test_mean_time_leaves_the_city_itself_out(times: TravelTimes, people: pd.Series) -> None:
    assert weighted_mean_time(times, people).to_dict() == {
        "hefei": (60 * 16 + 180 * 24) / 40,
        "shanghai": pytest.approx((120 * 16 + 200 * 8) / 24),
        "nanjing": (120 * 24 + 60 * 8) / 32,
    }


def test_mean_time_with_the_city_itself_at_zero(times: TravelTimes, people: pd.Series) -> None:
    assert weighted_mean_time(times, people, self_time="zero").to_dict() == {
        "hefei": (60 * 16 + 180 * 24) / 48,
        "shanghai": pytest.approx((120 * 16 + 200 * 8) / 48),
        "nanjing": (120 * 24 + 60 * 8) / 48,
    }


def test_mean_time_with_minutes_within_each_city(times: TravelTimes, people: pd.Series) -> None:
    within = pd.Series({"nanjing": 20.0, "shanghai": 30.0, "hefei": 10.0})
    assert weighted_mean_time(times, people, self_time=within)["shanghai"] == pytest.approx(
        (120 * 16 + 30 * 24 + 200 * 8) / 48
    )


def test_mean_time_to_an_island_is_infinite_and_its_share_is_told(
    with_island: TravelTimes, people: pd.Series
) -> None:
    people["zhoushan"] = 12.0
    assert weighted_mean_time(with_island, people).tolist() == [INF] * 3
    assert unreachable_share(with_island, people).to_dict() == {
        "hefei": 12 / 52,
        "shanghai": 12 / 36,
        "nanjing": 12 / 44,
    }


def test_an_island_without_people_does_not_count(
    times: TravelTimes, with_island: TravelTimes, people: pd.Series
) -> None:
    people["zhoushan"] = 0.0
    expected = weighted_mean_time(times, people)
    pd.testing.assert_series_equal(weighted_mean_time(with_island, people), expected)
    assert unreachable_share(with_island, people).tolist() == [0.0] * 3


def test_origins_that_are_no_destinations_have_no_self() -> None:
    times = TravelTimes(["village"], ["a", "b"], [[10.0, 30.0]])
    mass = pd.Series({"a": 1.0, "b": 3.0})
    for self_time in ("exclude", "zero"):
        assert weighted_mean_time(times, mass, self_time=self_time)["village"] == 25.0
    assert self_share(times, mass, decay=binary(60))["village"] == 0.0


def test_a_mean_without_mass_is_refused() -> None:
    times = TravelTimes(["a", "b"], ["a", "b"], [[0.0, 10.0], [10.0, 0.0]])
    with pytest.raises(ArgumentError, match="none for a"):
        weighted_mean_time(times, pd.Series({"a": 5.0, "b": 0.0}))
    with pytest.raises(ArgumentError, match="none for a"):
        unreachable_share(times, pd.Series({"a": 5.0, "b": 0.0}))


def test_an_unknown_self_time_is_refused(times: TravelTimes, people: pd.Series) -> None:
    with pytest.raises(ArgumentError, match="self_time must be"):
        weighted_mean_time(times, people, self_time="ignore")  # type: ignore[arg-type]
    with pytest.raises(TableError, match=r"(?s)self_time.*hefei"):
        weighted_mean_time(times, people, self_time=people.drop("hefei"))


def test_gravity_discounts_by_time(times: TravelTimes, people: pd.Series) -> None:
    potential = gravity(times, people, decay=linear(240))
    assert potential.name == "gravity"
    assert potential.to_dict() == pytest.approx(
        {
            "hefei": 16 * 0.75 + 24 * 0.25 + 8,
            "shanghai": 16 * 0.5 + 24 + 8 / 6,
            "nanjing": 16 + 24 * 0.5 + 8 * 0.75,
        }
    )


def test_gravity_takes_any_function_of_minutes(times: TravelTimes, people: pd.Series) -> None:
    potential = gravity(times, people, decay=lambda minutes: 1 / (60 + minutes))
    assert potential["nanjing"] == pytest.approx(16 / 60 + 24 / 180 + 8 / 120)


def test_what_no_path_reaches_adds_nothing(
    times: TravelTimes, with_island: TravelTimes, people: pd.Series
) -> None:
    people["zhoushan"] = 1e9
    never = np.ones_like  # a decay that never falls
    pd.testing.assert_series_equal(
        gravity(with_island, people, decay=never), gravity(times, people, decay=never)
    )
    assert self_share(
        TravelTimes(["x"], ["a"], [[INF]]), pd.Series({"a": 1.0}), decay=never
    ).isna().all()  # fmt: skip


def test_self_share_is_the_part_that_is_the_citys_own(
    times: TravelTimes, people: pd.Series
) -> None:
    share = self_share(times, people, decay=linear(240))
    assert share["hefei"] == pytest.approx(8 / (16 * 0.75 + 24 * 0.25 + 8))
    assert share["shanghai"] == pytest.approx(24 / (16 * 0.5 + 24 + 8 / 6))


@pytest.mark.parametrize(
    ("decay", "message"),
    [
        (power(2, min_time=0), "without a floor"),
        (lambda minutes: -minutes, "zero or more"),
        (lambda minutes: minutes * np.nan, "finite"),
        (lambda minutes: minutes[:1], "shape"),
        (0.5, "must be a function"),
    ],
)
def test_a_decay_that_gives_no_weights_is_refused(
    times: TravelTimes, people: pd.Series, decay: object, message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        gravity(times, people, decay=decay)  # type: ignore[arg-type]


def test_a_time_equal_to_the_cutoff_is_in(times: TravelTimes, people: pd.Series) -> None:
    assert cumulative(times, people, cutoff_min=120).to_dict() == {
        "hefei": 24.0,
        "shanghai": 40.0,
        "nanjing": 48.0,
    }
    assert cumulative(times, people, cutoff_min=119.99)["shanghai"] == 24.0
    assert cumulative(times, people, cutoff_min=0)["nanjing"] == 16.0


def test_the_interval_is_the_median_over_its_cutoffs(times: TravelTimes, people: pd.Series) -> None:
    options = {"lower_min": 60, "upper_min": 180, "step_min": 60}
    # Hefei reaches 24, 24 and 48 within 60, 120 and 180 minutes.
    assert cumulative_interval(times, people, **options)["hefei"] == 24.0
    mean = cumulative_interval(times, people, **options, statistic="mean")
    assert mean["hefei"] == pytest.approx(32.0)
    assert mean.name == "cumulative_interval"


def test_an_interval_ends_at_its_upper_bound_in_spite_of_rounding() -> None:
    times = TravelTimes(["a"], ["b"], [[30.3]])
    reach = cumulative_interval(
        times, pd.Series({"b": 6.0}), lower_min=30.1, upper_min=30.3, step_min=0.1, statistic="mean"
    )
    assert reach["a"] == pytest.approx(2.0)


@pytest.mark.parametrize(
    "options",
    [
        {"lower_min": 60, "upper_min": 30, "step_min": 10},
        {"lower_min": 0, "upper_min": 30, "step_min": 0},
        {"lower_min": -1, "upper_min": 30, "step_min": 10},
        {"lower_min": 0, "upper_min": INF, "step_min": 10},
        {"lower_min": 0, "upper_min": 30, "step_min": 10, "statistic": "mode"},
    ],
)
def test_an_impossible_interval_is_refused(
    times: TravelTimes, people: pd.Series, options: dict[str, float]
) -> None:
    with pytest.raises(ArgumentError):
        cumulative_interval(times, people, **options)  # type: ignore[arg-type]


def test_an_interval_of_more_cutoffs_than_minutes_of_a_day_is_refused(
    times: TravelTimes, people: pd.Series
) -> None:
    with pytest.raises(ArgumentError, match=r"at most 1,441 cut-offs.*180,001 from 0 to 180"):
        cumulative_interval(times, people, lower_min=0, upper_min=180, step_min=0.001)


@pytest.mark.parametrize("cutoff", [-1.0, INF, np.nan])
def test_an_impossible_cutoff_is_refused(
    times: TravelTimes, people: pd.Series, cutoff: float
) -> None:
    with pytest.raises(ArgumentError, match="cutoff_min must be"):
        cumulative(times, people, cutoff_min=cutoff)


def test_looking_inward_sums_over_origins(times: TravelTimes, people: pd.Series) -> None:
    passive = gravity(times, people, decay=linear(240), direction="in")
    assert passive.to_dict() == pytest.approx(
        {
            "hefei": 8 + 24 / 6 + 16 * 0.75,
            "shanghai": 8 * 0.25 + 24 + 16 * 0.5,
            "nanjing": 8 * 0.75 + 24 * 0.5 + 16,
        }
    )
    mean = weighted_mean_time(times, people, direction="in")
    assert mean["hefei"] == (200 * 24 + 60 * 16) / 40
    assert closest(times, n=2, direction="in")["hefei"] == 60.0
    with pytest.raises(ArgumentError, match="Did you mean 'in'"):
        gravity(times, people, decay=linear(240), direction="inn")  # type: ignore[arg-type]


def test_minutes_within_a_city_come_from_its_area() -> None:
    area = pd.Series({"a": 400 * np.pi, "b": 100 * np.pi})
    found = within_city_min(area, speed_kmh=30, radius_share=0.5)
    assert found.to_dict() == pytest.approx({"a": 20.0, "b": 10.0})
    with pytest.raises(ArgumentError, match="speed_kmh must be"):
        within_city_min(area, speed_kmh=0)


def test_relative_rows_are_against_the_mean(times: TravelTimes, people: pd.Series) -> None:
    near = relative_mean_time(times, people)
    assert near.mean() == pytest.approx(1.0)
    plain = weighted_mean_time(times, people)
    assert near["hefei"] == pytest.approx(plain["hefei"] / plain.mean())
    reach = relative_gravity(times, people, decay=linear(240))
    assert reach.mean() == pytest.approx(1.0)
    assert reach.idxmax() == "nanjing"


def test_closest_counts_places_or_amounts(times: TravelTimes, people: pd.Series) -> None:
    assert closest(times).tolist() == [0.0, 0.0, 0.0]
    assert closest(times, n=2).to_dict() == {"hefei": 60.0, "shanghai": 120.0, "nanjing": 60.0}
    assert closest(times, n=4).tolist() == [INF] * 3
    assert closest(times, n=30, opportunities=people).to_dict() == {
        "hefei": 180.0,
        "shanghai": 120.0,
        "nanjing": 120.0,
    }


def test_closest_passes_over_places_without_opportunities(times: TravelTimes) -> None:
    airports = pd.Series({"nanjing": 0.0, "shanghai": 2.0, "hefei": 0.0})
    assert closest(times, opportunities=airports)["hefei"] == 180.0
    assert closest(times, n=3, opportunities=airports).tolist() == [INF] * 3


def test_closest_out_of_reach_is_inf(with_island: TravelTimes) -> None:
    only_there = pd.Series(0.0, with_island.destinations)
    only_there["zhoushan"] = 1.0
    assert closest(with_island, opportunities=only_there).tolist() == [INF] * 3


@pytest.mark.parametrize("n", [0, -1, INF, np.nan])
def test_closest_needs_an_amount_above_zero(times: TravelTimes, n: float) -> None:
    with pytest.raises(ArgumentError, match="n must be"):
        closest(times, n=n)


def test_relative_divides_by_the_mean() -> None:
    values = pd.Series({"a": 30.0, "b": 90.0})
    assert relative(values).to_dict() == {"a": 0.5, "b": 1.5}
    people = pd.Series({"b": 1.0, "a": 3.0})
    assert relative(values, people).to_dict() == pytest.approx({"a": 2 / 3, "b": 2.0})


@pytest.mark.parametrize(
    "values", [[1.0, INF], [1.0, np.nan], [1.0, -1.0]], ids=["inf", "nan", "zero mean"]
)
def test_relative_needs_a_mean(values: list[float]) -> None:
    with pytest.raises(ArgumentError):
        relative(pd.Series(values, ["a", "b"]))


ON_AMOUNTS = {
    "weighted_mean_time": weighted_mean_time,
    "unreachable_share": unreachable_share,
    "gravity": lambda t, o: gravity(t, o, decay=exponential(half_life_min=60)),
    "self_share": lambda t, o: self_share(t, o, decay=exponential(half_life_min=60)),
    "cumulative": lambda t, o: cumulative(t, o, cutoff_min=60),
    "cumulative_interval": lambda t, o: cumulative_interval(
        t, o, lower_min=0, upper_min=60, step_min=30
    ),
    "closest": lambda t, o: closest(t, opportunities=o),
}


@pytest.mark.parametrize("measure", ON_AMOUNTS.values(), ids=ON_AMOUNTS)
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hefei": np.nan}, "missing.*nan at hefei"),
        ({"hefei": -2.0}, "negative.*-2.0 at hefei"),
        ({"hefei": INF}, "infinite.*inf at hefei"),
    ],
)
def test_every_measure_refuses_bad_amounts_by_name(
    times: TravelTimes, people: pd.Series, measure: object, change: dict[str, float], message: str
) -> None:
    bad = people.copy()
    for place, amount in change.items():
        bad[place] = amount
    with pytest.raises(TableError, match=message):
        measure(times, bad)  # type: ignore[operator]


@pytest.mark.parametrize("measure", ON_AMOUNTS.values(), ids=ON_AMOUNTS)
def test_every_measure_refuses_missing_and_repeated_places(
    times: TravelTimes, people: pd.Series, measure: object
) -> None:
    with pytest.raises(TableError, match=r"no amount.*nanjing"):
        measure(times, people.drop("nanjing"))  # type: ignore[operator]
    with pytest.raises(TableError, match=r"repeated.*hefei"):
        measure(times, pd.concat([people, people.loc[["hefei"]]]))  # type: ignore[operator]
    with pytest.raises(TableError, match="Series indexed by id"):
        measure(times, [1.0, 2.0, 3.0])  # type: ignore[operator]


def test_all_faults_come_in_one_error(times: TravelTimes) -> None:
    bad = pd.Series(["x", -1.0, -2.0], ["hefei", "nanjing", "nanjing"], dtype=object)
    with pytest.raises(TableError) as caught:
        cumulative(times, bad, cutoff_min=60)
    for fault in ("repeated", "no amount", "not numbers", "negative"):
        assert fault in str(caught.value)
    assert "4 problems" in str(caught.value)


def test_ids_of_another_kind_are_explained(times: TravelTimes) -> None:
    with pytest.raises(TableError, match="integer ids, not string"):
        cumulative(times, pd.Series([1.0], [310000]), cutoff_min=60)


def test_nullable_numbers_are_numbers(times: TravelTimes, people: pd.Series) -> None:
    nullable = people.astype("Float64")
    assert cumulative(times, nullable, cutoff_min=60)["hefei"] == 24.0
    nullable["hefei"] = pd.NA
    with pytest.raises(TableError, match="missing"):
        cumulative(times, nullable, cutoff_min=60)


def test_amounts_are_not_changed(times: TravelTimes, people: pd.Series) -> None:
    before = people.copy()
    weighted_mean_time(times, people)
    gravity(times, people, decay=linear(60))
    pd.testing.assert_series_equal(people, before)
    assert times.minutes[0, 2] == 0.0


@pytest.mark.parametrize("name", MEASURES)
def test_every_row_of_measures_runs_on_its_defaults(
    name: str, times: TravelTimes, people: pd.Series
) -> None:
    result = taken(name, times, people)
    inward = MEASURES[name].defaults.get("direction") == "in"
    assert result.index.equals(times.destinations if inward else times.origins)
    assert result.name == MEASURES[name].function.__name__
    assert result.notna().all()


def test_no_two_rows_of_measures_have_one_title() -> None:
    for language in ("title_zh", "title_en"):
        assert len({getattr(row, language) for row in MEASURES.values()}) == len(MEASURES)


@pytest.mark.parametrize("name", MEASURES)
def test_every_row_of_measures_speaks_both_languages(name: str) -> None:
    measure = MEASURES[name]
    for chinese in (measure.title_zh, measure.meaning_zh):
        assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)
    for english in (measure.title_en, measure.meaning_en):
        assert english.isascii()
        assert english.strip()
    assert bool(measure.unit_zh) == bool(measure.unit_en)
    assert not set(measure.title_zh + measure.meaning_zh) & set(",()")
