"""Every row of every registry is reached from a study file, and its numbers land in a table."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from yrdgeo import load_study, run_study
from yrdgeo.analysis import accessibility, inequality, scores, structure
from yrdgeo.analysis.measures import MEASURES
from yrdgeo.errors import StudyError
from yrdgeo.publish.atlas import write_atlas
from yrdgeo.results import Run

HEAD = """
[study]
name = "every"
region = "yrd"
year = 2022
indicators = ["gdp"]
[publish]
formats = ["tables"]
"""
MEGABYTE = 1_000_000
SECTORS = ["va_primary", "va_secondary", "va_tertiary"]


def measure_rows() -> str:
    made = []
    for name, row in accessibility.MEASURES.items():
        lines = [f'[[measure]]\nid = "m_{name}"\nmeasure = "{name}"\nmode = "road"']
        lines += ['opportunities = "gdp"'] * (len(row.takes) > 0)
        lines += ['demand = "population_resident"'] * (len(row.takes) > 1)
        lines += ["fare_cny_km = 0.5\ncost_limit = 100"] * ("costs" in row.needs)
        made.append("\n".join(lines))
    return "\n".join(made)


def score_rows() -> str:
    made = []
    for name, row in scores.MEASURES.items():
        if row.result != "city":
            continue
        land = row.takes == ("output", "area_km2")
        what = (
            'output = "gdp"\narea = "land_area_km2"'
            if land
            else 'criteria = { gdp_per_capita = "high", urbanisation_rate = "high" }'
        )
        made.append(f'[[score]]\nid = "s_{name}"\nmeasure = "{name}"\n{what}')
    return "\n".join([*made, made[0].replace("s_composite", "critic") + '\nweights = "critic"'])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("every")
    names = str(list(structure.MEASURES)).replace("'", '"')
    sectors = str(SECTORS).replace("'", '"')
    study = folder / "every.toml"
    study.write_text(
        f"""{HEAD}
{measure_rows()}
[[structure]]
sectors = {sectors}
year = 2022
first_year = 2021
employment = {sectors}
demand = {sectors}
measures = {names}
{score_rows()}
[[inequality]]
values = "gdp_per_capita"
years = [2015, 2022]
ranking = "urbanisation_rate"
""",
        encoding="utf-8",
    )
    return run_study(load_study(study), folder / "out")


def test_every_registered_measure_is_somewhere_in_the_run(run: Run) -> None:
    layers = set(run.layers["layer_id"])
    found = {name for name in accessibility.MEASURES if f"m_{name}" in layers}
    found |= {name for name in scores.MEASURES if f"s_{name}" in layers}
    found |= {f"{name}_weights" for name in run.tables["score_weights"]["weights"]}
    for name, row in structure.MEASURES.items():
        if row.result == "city" and {name, f"{name}_va_primary"} & layers:
            found.add(name)
    found |= set(run.tables["structure_pairs"]["measure"])
    found |= set(run.tables["structure_change"]["measure"])
    found |= set(run.tables["structure_sectors"]["measure"])
    found |= set(run.tables["inequality"]["measure"])
    found |= {"beta_convergence"} if len(run.tables["convergence"]) else set()
    assert found == set(MEASURES)


def largest(delta: Run, every: Run) -> Run:
    """Return the delta with all measures: access in four networks, the rest in ten years.

    No source has ten full years; values of the other years and networks are varied ones.
    """
    layers = pd.concat([delta.layers, every.layers]).drop_duplicates("layer_id")
    named = layers.loc[layers["classes"].fillna("").ne(""), "layer_id"]
    access = layers.loc[layers["topic"].eq("access"), "layer_id"]
    results = pd.concat([delta.results, every.results])
    results = results[results["scenario"].eq("")].sort_values("year")
    results = results.drop_duplicates(["layer_id", "adcode"], keep="last").assign(year=2022)
    numbers = results[~results["layer_id"].isin(named)]
    reach = numbers["layer_id"].isin(access)
    parts = [results[results["layer_id"].isin(named)]]
    for k, scenario in enumerate(("", "first", "second", "third")):
        value = numbers["value"] * (1 - 0.03 * k)
        parts.append(numbers.assign(scenario=scenario, value=value)[reach])
    for year in range(2015, 2025):
        value = numbers["value"] * 1.04 ** (year - 2022)
        parts.append(numbers.assign(year=year, value=value)[~reach])
    layers = layers.assign(year=2022)
    return dataclasses.replace(delta, layers=layers, results=pd.concat(parts))


def test_a_page_of_every_measure_three_scenarios_and_ten_years_fits_a_mail(
    run: Run, delta: Run, tmp_path: Path
) -> None:
    path = write_atlas(largest(delta, run), tmp_path / "atlas.html")
    assert path.stat().st_size < MEGABYTE


def test_tables_of_groups_are_the_functions_own(run: Run) -> None:
    study = load_study("yrd")
    tables = [
        structure.table(study.indicators, SECTORS, year, cities=list(study.cities.index),
                        vintage="preliminary").amounts
        for year in (2021, 2022)
    ]  # fmt: skip
    both = tables[0].index.intersection(tables[1].index)
    split = run.tables["structure_change"]
    mine = split[split["measure"].eq("shift_share")].set_index(["adcode", "sector"])
    wanted = structure.shift_share(*(table.loc[both] for table in tables))
    for part in ("change", "national", "industry_mix", "competitive"):
        assert mine[part].to_dict() == pytest.approx(wanted[part].to_dict())
    region = run.tables["inequality"].query("group_id == 'region' and year == 2022")
    got = region.set_index("measure")["value"]
    per_head = study.values("gdp_per_capita", 2022)
    people = study.values("population_resident", 2020)
    province = pd.Series(per_head.index.str[:2], per_head.index, name="province")
    assert got["theil_between_share"] == pytest.approx(
        inequality.theil_share(per_head, province, people)
    )
    speed = run.tables["convergence"].iloc[0]
    fit = inequality.beta_convergence(
        study.values("gdp_per_capita", 2015), per_head, years=7, covariance="HC1"
    )
    assert speed["slope"] == pytest.approx(fit.slope)
    assert speed["half_life_years"] == pytest.approx(21.4, abs=0.1)
    weights = run.tables["score_weights"].query("score == 's_composite'")
    weights = weights.set_index("criterion")["weight"]
    table = pd.DataFrame(
        {
            "gdp_per_capita": per_head,
            "urbanisation_rate": study.values("urbanisation_rate", 2020),
        }
    )
    own = scores.entropy_weights(table, better=dict.fromkeys(table, "high"))
    assert weights.to_dict() == pytest.approx(own.to_dict())


def test_two_costs_are_minutes_and_fares(run: Run) -> None:
    plain, both = (run.values(f"m_{name}") for name in ("cumulative", "cumulative_two_costs"))
    assert (both <= plain + 1e-9).all()
    assert np.isfinite(both).all()


TWO = '[[structure]]\nsectors = ["va_primary", "va_tertiary"]\nmeasures = '
COSTS = '[[measure]]\nid = "x"\nmeasure = "cumulative_two_costs"\nopportunities = "gdp"\n'
REACH = '[[measure]]\nid = "x"\nmeasure = "gravity"\nopportunities = "gdp"\n'


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (f'{COSTS}mode = "road"\ncost_limit = 9', "fare_cny_km"),
        (f"{REACH}fare_cny_km = 1", "nothing that this measure takes"),
        (f'{TWO}["moore_angle"]', "first_year"),
        (f'{TWO}["gradient_coefficient"]\nemployment = ["va_primary"]', "must name 2"),
        (f'{TWO}["moore"]', "moore_angle"),
        ('[[inequality]]\nvalues = "gdp"\nmeasures = ["concentration_index"]', "ranking"),
        ('[[inequality]]\nvalues = "gdp"\nranking = "gpd"', "is no indicator"),
    ],
)
def test_what_a_measure_takes_must_be_given(rows: str, said: str, tmp_path: Path) -> None:
    study = tmp_path / "x.toml"
    study.write_text(HEAD + rows, encoding="utf-8")
    with pytest.raises(StudyError, match=said):
        run_study(load_study(study), tmp_path / "out")
