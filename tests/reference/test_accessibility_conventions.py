"""The numbers that docs/conventions.md gives for accessibility, ours and those of others."""

import re
from collections.abc import Callable
from pathlib import Path

import access.fca
import access.weights
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import PoissonRegressor

from yrdgeo.analysis import accessibility as ac
from yrdgeo.analysis.amounts import LONGEST_MIN, SHORTEST_MIN
from yrdgeo.analysis.constrained import MOST_ROUNDS, TOLERANCE
from yrdgeo.analysis.decay import exponential, power, stepped
from yrdgeo.analysis.directness import FASTEST_KMH, SLOWEST_KMH
from yrdgeo.results import Network, TravelTimes

PAGE = Path(__file__).parents[2] / "docs" / "conventions.md"
SECTION = PAGE.read_text(encoding="utf-8").split("\n## Accessibility\n")[1].split("\n## ")[0]
ROWS = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| [^|]+ \|$", SECTION, flags=re.MULTILINE)
TABLE = {question: (here, elsewhere) for question, here, elsewhere in ROWS[1:]}

# The hospital in the city, of access 1.1's own tests, on the evening of a fast way in.
TRACTS = pd.DataFrame({"pop": [100.0, 50.0, 10.0], "doc": [15.0, 20.0, 100.0]}, [1, 2, 3])
HOSPITAL = TravelTimes([1, 2, 3], [1, 2, 3], [[1, 80, 20], [80, 1, 20], [40, 40, 1]])
LINE = nx.Graph([("a", "b"), ("b", "c")])
ONE_WAY = nx.DiGraph([("a", "b", {"min": 10}), ("b", "a", {"min": 40})])
Pair = tuple[float, float]


def line() -> Network:
    links = pd.DataFrame({"link_id": ["1", "2"], "from_node": ["a", "b"], "to_node": ["b", "c"]})
    links = links.assign(mode="road", length_km=10.0, speed_kmh=60.0)
    return Network(links, pd.DataFrame({"node_id": list("abc")}))


def by_access(method: Callable[..., pd.Series], cost: float) -> pd.Series:
    return method(
        TRACTS.rename_axis("geoid"),
        TRACTS.rename_axis("geoid"),
        HOSPITAL.to_table(),
        max_cost=cost,
        demand_index=True,
        demand_name="pop",
        supply_name="doc",
        cost_origin="from_id",
        cost_dest="to_id",
        cost_name="travel_time_min",
        weight_fn=access.weights.gravity(scale=1, alpha=-1),
    )


def within(cost: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda minutes: np.where(minutes <= cost, power(1)(minutes), 0.0)


def break_of_steps() -> Pair:
    here = float(stepped([30, 60], [1, 0.68])(30))
    return here, access.weights.step_fn({30: 1, 60: 0.68})(30)


def power_of_zero() -> Pair:
    with np.errstate(divide="ignore"):
        return float(power(2)(0)), access.weights.gravity(scale=1, alpha=-2)(np.float64(0))


def nothing_in_reach() -> Pair:
    times = TravelTimes(["far"], ["clinic"], [[90.0]])
    here = ac.cumulative(times, pd.Series({"clinic": 6.0}), cutoff_min=60)["far"]
    there = access.fca.weighted_catchment(
        pd.DataFrame({"beds": [6.0]}, ["clinic"]),
        times.to_table(),
        max_cost=60,
        cost_source="to_id",
        cost_dest="from_id",
        cost_cost="travel_time_min",
        loc_index=True,
        loc_value="beds",
    )
    return here, there.reindex(["far"])["far"]


def edge_of_three_steps() -> Pair:
    here = ac.floating_catchment(
        HOSPITAL, TRACTS["doc"], TRACTS["pop"], decay=within(61), method="3sfca"
    )
    return here[1], by_access(access.fca.three_stage_fca, 61)[1]


def direction_of_closeness() -> Pair:
    times = TravelTimes(["a", "b"], ["a", "b"], [[0, 10], [40, 0]])
    return ac.closeness(times)["a"], nx.closeness_centrality(ONE_WAY, distance="min")["a"]


def scale_of_harmonic() -> Pair:
    ids = ["a", "b", "c"]
    times = TravelTimes(ids, ids, [[0, 1, 2], [1, 0, 1], [2, 1, 0]])
    return ac.harmonic_closeness(times)["a"], nx.harmonic_centrality(LINE)["a"]


def pairs_of_betweenness() -> Pair:
    return ac.betweenness(line())["b"], nx.betweenness_centrality(LINE, normalized=False)["b"]


def increments_of_balancing() -> Pair:
    times = TravelTimes(["a"], ["x", "y"], [[4.0, 15.4]])
    supply = pd.Series({"x": 1.0, "y": 9.0})
    here = ac.balancing_time(times, supply, pd.Series({"a": 5.0}))["a"]
    # The documented rule: raise the time by the increment until the supply is enough.
    tried = (minute for minute in range(60) if supply[times.minutes[0] <= minute].sum() >= 5)
    return here, next(tried)


def penalty_of_poisson() -> Pair:
    ids = ["a", "b", "c", "d"]
    minutes = np.array([[0.0, 20, 50, 90], [20, 0, 40, 70], [50, 40, 0, 30], [90, 70, 30, 0]])
    flows = pd.DataFrame(1000 * exponential(rate=0.02)(minutes), ids, ids)
    times = TravelTimes(ids, ids, minutes)
    here = ac.calibrate(times, flows).coefficient
    away = ~np.eye(4, dtype=bool)
    places = [(ends == one) * 1.0 for ends in np.nonzero(away) for one in range(4)]
    # Hours, as one would give them to a penalty; back to minutes after.
    dummies = np.column_stack([-minutes[away] / 60, *places])
    model = PoissonRegressor(solver="newton-cholesky", tol=1e-12)
    theirs = model.fit(dummies, flows.to_numpy()[away])
    return here, theirs.coef_[0] / 60


def drop_of_the_unreachable() -> Pair:
    times = TravelTimes(["isle"], ["isle", "port", "city"], [[0, 30, np.inf]])
    people = pd.Series({"isle": 1.0, "port": 1.0, "city": 9.0})
    row = times.to_frame().loc["isle", ["port", "city"]]
    reached = row[np.isfinite(row)]
    dropped = np.average(reached, weights=people.loc[reached.index])
    return ac.weighted_mean_time(times, people)["isle"], float(dropped)


COMPUTED: dict[str, Callable[[], Pair]] = {
    "Weight of exactly 30 minutes, zones to 30 (1) and 60 (0.68)": break_of_steps,
    "Weight of 0 minutes, inverse square": power_of_zero,
    "Beds within 60 minutes, the only ones 90 minutes away": nothing_in_reach,
    "3SFCA of tract 1 of the hospital example, within 61 minutes": edge_of_three_steps,
    "Closeness of a, 10 minutes to b and 40 minutes back": direction_of_closeness,
    "Harmonic closeness of the end of a line of three": scale_of_harmonic,
    "Betweenness of the middle of a line of three": pairs_of_betweenness,
    "Balancing time, supply at 4 and 15.4 minutes": increments_of_balancing,
    "Decay of flows made with 0.02 a minute": penalty_of_poisson,
    "Mean time of an island 30 minutes from a port": drop_of_the_unreachable,
}


def test_every_row_is_computed_and_every_computation_has_a_row() -> None:
    assert set(TABLE) == set(COMPUTED)


@pytest.mark.filterwarnings("ignore:The inplace keyword")
@pytest.mark.parametrize("question", COMPUTED)
def test_the_page_gives_both_numbers(question: str) -> None:
    for written, number in zip(TABLE[question], COMPUTED[question](), strict=True):
        if written in {"missing", "infinite"}:
            assert np.isnan(number) if written == "missing" else np.isinf(number)
            continue
        decimals = len(written.partition(".")[2])
        assert f"{number:.{decimals}f}" == written
    here, elsewhere = TABLE[question]
    assert here != elsewhere


@pytest.mark.filterwarnings("ignore:The inplace keyword")
def test_without_an_edge_three_steps_agree() -> None:
    here = ac.floating_catchment(
        HOSPITAL, TRACTS["doc"], TRACTS["pop"], decay=within(80), method="3sfca"
    )
    there = by_access(access.fca.three_stage_fca, 80)
    np.testing.assert_allclose(here, there.loc[here.index], rtol=1e-9)


def test_the_page_gives_the_limits_of_the_code() -> None:
    for number in (SHORTEST_MIN, LONGEST_MIN, SLOWEST_KMH, FASTEST_KMH, MOST_ROUNDS):
        assert f"{number:,.0f}" in SECTION
    assert TOLERANCE == 1e-9
    assert "one part in 10⁹" in " ".join(SECTION.split())


def test_self_times_by_hand_are_those_of_the_page() -> None:
    times = TravelTimes(["a", "b"], ["a", "b"], [[0, 30], [30, 0]])
    people = pd.Series({"a": 3.0, "b": 1.0})
    within_city = pd.Series({"a": 12.0, "b": 10.0})
    for self_time, written in (("exclude", "30"), ("zero", "7.5"), (within_city, "16.5")):
        found = ac.weighted_mean_time(times, people, self_time=self_time)["a"]  # type: ignore[arg-type]
        assert found == float(written)
        assert f"{written} minutes" in SECTION
