"""The random plans of the null that is chosen, and who would be with whom under a best plan."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from browser.visits import Open
from yrdgeo.publish.atlas import write_atlas
from yrdgeo.results import Run

RARE = [(70.0, 90.0, 5), (90.0, 110.0, 1)]
TITLES = {
    "same_helpers": ("同样的帮扶方", "the same helpers"),
    "richer": ("较富者<b>{{7*7}}</b>", "richer <script>__x('null')</script>"),
}


@pytest.fixture(scope="module")
def page_of_plans(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write an atlas with two nulls and three best plans, hostile words among them."""
    tests, nulls = run.tables["pair_tests"], run.tables["pair_nulls"]
    first = tests[tests["test"].eq("matching") & tests["column"].eq("seat_km")]
    more = first.assign(null="richer", null_mean=88.0, optimum=71.0, n_permutations=6, exact=False)
    scheme = str(first["scheme"].iloc[0])
    bins = pd.DataFrame(RARE, columns=["lower", "upper", "count"])
    bins = bins.assign(scheme=scheme, column="seat_km", null="richer")
    words = pd.DataFrame([(name, *both) for name, both in TITLES.items()],
                         columns=["null", "title_zh", "title_en"])  # fmt: skip
    plans = pd.DataFrame(
        {
            "scheme": scheme,
            "criterion": ["seat_km", "travel_time_min", "weighed"],
            "weighing": ["", "", "seat_km 0.5; gdp_per_capita_ratio 2"],
            "capacity": pd.array([pd.NA, 3, pd.NA], dtype="Int64"),
            "n_same": [1, 0, 2],
            "best_mean": [66.0, 40.0, 0.25],
            "plan_mean": [97.3, 50.0, 0.5],
            "excess_pct": [47.4, 25.0, 100.0],
            "as_good_pct": [37.5, 12.0, 50.0],
            "plan_rank": pd.array([9, pd.NA, 3], dtype="Int64"),
            "n_best": pd.array([2, pd.NA, 1], dtype="Int64"),
            "n_plans": pd.array([24, pd.NA, 6], dtype="Int64"),
        }
    )
    ends = run.pairs[["helper_city", "helped_city"]].to_numpy(dtype=str)
    turned = [(other[0], helped, helper) for (helper, helped), other in
              zip(ends, ends[::-1], strict=True)]  # fmt: skip
    pairs = pd.DataFrame(turned, columns=["helper_id", "helped_id", "actual_id"])
    keys = plans[["scheme", "criterion", "weighing", "capacity"]]
    tables = {
        **run.tables,
        "pair_tests": pd.concat([tests, more]),
        "pair_nulls": pd.concat([nulls, bins]).sample(frac=1, random_state=3),
        "null_meanings": words,
        "optimal_plans": plans,
        "optimal_pairs": keys.merge(pairs, how="cross").sample(frac=1, random_state=2),
    }
    path = tmp_path_factory.mktemp("plans") / "atlas.html"
    write_atlas(replace(run, tables=tables), path)
    return path


def test_the_chosen_null_is_drawn_named_and_in_the_address(
    page_of_plans: Path, visit: Open
) -> None:
    opened = visit(page_of_plans)
    page = opened.page
    page.evaluate("() => { atlas.app.set({lang: 1, tab: 'pairs', measure: 'seat_km'}); }")
    said = page.inner_text(".tests")
    assert "Random plans (richer <script>__x('null')</script>): 6 (drawn at random)" in said
    page.select_option("#against", "richer")
    page.locator(".behind-it summary").click()
    cells = page.locator(".behind-it tbody tr").all_inner_texts()
    assert cells == [f"{a:.1f} – {b:.1f}\t{n}" for a, b, n in RARE]
    assert "6 random matchings" in page.inner_text(".behind-it h3")
    assert page.get_attribute(".matchings .marked.optimum", "data-value") == "71"
    assert "against=richer" in page.evaluate("() => location.hash")
    again = visit(page_of_plans, fragment=page.evaluate("() => location.hash")).page
    assert again.input_value("#against") == "richer"
    assert page.evaluate("() => window.ran") == []


def test_a_best_plan_lists_who_would_be_with_whom(
    run: Run, page_of_plans: Path, visit: Open
) -> None:
    page = visit(page_of_plans).page
    page.evaluate("() => { atlas.app.set({lang: 1, tab: 'pairs'}); }")
    options = page.locator("#best option").all_inner_texts()
    assert options[1].endswith("(up to 3 a helper)")
    assert "0.50" in options[2]
    names = run.cities["name_en"]
    ends = run.pairs[["helper_city", "helped_city"]].to_numpy(dtype=str)
    wanted = {}
    for (helper, helped), other in zip(ends, ends[::-1], strict=True):
        mark = " ✓" if other[0] == helper else ""
        wanted[names[helped]] = (names[helper], names[other[0]] + mark)
    rows = [line.split("\t") for line in page.locator(".best tbody tr").all_inner_texts()]
    assert {row[0]: (row[1], row[2]) for row in rows} == wanted
    same = sum(end.endswith("✓") for _, end in wanted.values())
    said = page.inner_text(".best p")
    assert said.startswith(f"{same} of {len(ends)} pairs (✓) are as in the actual plan")
    assert "averages 97.3 km, the best 66.0 km: 47.4 % more. It is number 9 of 24 plans." in said
    assert "2 plans are equally good" in said
    page.select_option("#best", "1")
    assert "About 12.0 % of random plans are as good" in page.inner_text(".best p")
    page.select_option("#best", "2")
    assert "averages 0.500, the best 0.250" in page.inner_text(".best p")
    page.evaluate("() => { atlas.app.set({lang: 0}); }")
    assert "实际帮扶方" in page.inner_text(".best")


def test_without_best_plans_nothing_is_shown(sample_page: Path, visit: Open) -> None:
    page = visit(sample_page).page
    page.evaluate("() => { atlas.app.set({lang: 1, tab: 'pairs'}); }")
    assert page.locator(".best").count() == 0
    assert page.locator("#against").count() == 0
