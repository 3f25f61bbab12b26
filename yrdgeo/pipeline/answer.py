"""A study answered in memory: tables in, one :class:`yrdgeo.results.Run` out."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace

import geopandas as gpd
import pandas as pd

from yrdgeo.kept import Kept
from yrdgeo.pipeline import layers, space
from yrdgeo.pipeline.between import touching_by_water
from yrdgeo.pipeline.caveats import caveats, scenario_notices
from yrdgeo.pipeline.evaluation_tables import evaluations
from yrdgeo.pipeline.gradient_tables import gradient_tables
from yrdgeo.pipeline.gradients import (
    corridor_notices,
    fitted_gradients,
    gradient_notices,
    gradient_rows,
)
from yrdgeo.pipeline.groups import group_results
from yrdgeo.pipeline.inequality import family_tables
from yrdgeo.pipeline.linkage_tables import linkage_tables
from yrdgeo.pipeline.names import titled, told_apart
from yrdgeo.pipeline.pair_structure import structure_notices, with_structure
from yrdgeo.pipeline.pair_tests import pair_answer
from yrdgeo.pipeline.position import with_positions
from yrdgeo.pipeline.questions import check_questions
from yrdgeo.provenance import SOURCE_COLUMNS, clock, package_version
from yrdgeo.results import Run, TravelTimes
from yrdgeo.study import Study

Tell = Callable[[str, int], None]


def answer(study: Study, tell: Tell) -> Run:
    """Compute everything that the study asks for."""
    study = replace(study, cities=told_apart(study.cities), kept=Kept({}))
    check_questions(study)
    tell("travel times", 0)
    times = space.times_by_mode(study)
    what_if = space.times_by_scenario(study, times)
    tell("indicators and measures", 1)
    results = pd.concat(
        [layers.indicator_results(study), layers.measure_results(study, times, what_if)],
        ignore_index=True,
    )
    more, families = layers.family_results(study, results)
    results = pd.concat([results, more], ignore_index=True) if len(more) else results
    tell("pairs and gradients", 2)
    pairs = with_structure(study, space.pair_rows(study, times))
    tested = pair_answer(study, pairs, times, space.gdp_per_head(study)["value"])
    evaluated, doubts = evaluations(study, pairs)
    fits = fitted_gradients(study, results, times)
    linked = linkage_tables(study, times, results)
    tell("groups and sources", 3)
    network = study.network()
    rows = layers.layer_rows(study, results, families)
    rows, results, unmapped = with_positions(study, rows, results, linked)
    said = (
        *caveats(study, results, rows, times),
        *structure_notices(study),
        *tested.notices,
        *corridor_notices(fits),
        *gradient_notices(fits),
        *doubts,
        *unmapped,
    )
    return Run(
        name=str(study.spec.study["name"]),
        title_zh=str(study.spec.study["title_zh"] or study.region.name_zh),
        title_en=str(study.spec.study["title_en"] or study.region.name_en),
        year=study.year,
        cities=study.cities,
        results=results,
        layers=rows,
        times=times,
        contiguity=touching_by_water(study),
        pairs=pairs,
        gradients=gradient_rows(study, fits),
        hinterlands=space.hinterland_rows(study, times),
        links=gpd.GeoDataFrame(network.links),
        nodes=gpd.GeoDataFrame(network.nodes),
        groups=study.groups,
        group_results=group_results(study, results),
        cores=tuple(study.region.cores),
        sources=_sources_used(study, [results, network.links, *(linked | evaluated).values()]),
        warnings=tuple(notice.en for notice in said),
        warnings_zh=tuple(notice.zh for notice in said),
        provenance=_provenance(study),
        options=study.spec.publish,
        tables={
            **_road_tables(study),
            **_scenario_times(what_if),
            **tested.tables,
            **titled(evaluated, study),
            **gradient_tables(study, fits, results, times),
            **titled(linked, study),
            **family_tables(study, results),
        },
        scenarios=_scenario_rows(study),
    )


def _road_tables(study: Study) -> dict[str, pd.DataFrame]:
    """Return what was wrong with the roads, counted, and drawn where it has a place."""
    if study.road_report is None:
        return {}
    drawn = study.road_report.layer
    return {"road_report": study.road_report.table, "road_issues": drawn[drawn.geometry.notna()]}


def _scenario_times(found: Mapping[str, Mapping[str, TravelTimes]]) -> dict[str, pd.DataFrame]:
    """Return the times of every scenario in one long table."""
    parts = [
        times.to_table().assign(scenario=name, mode=mode)
        for name, by_mode in found.items()
        for mode, times in by_mode.items()
    ]
    columns = ["scenario", "mode", "from_id", "to_id", "travel_time_min"]
    return {"scenario_times": pd.concat(parts, ignore_index=True)[columns]} if parts else {}


def _scenario_rows(study: Study) -> pd.DataFrame:
    columns = ["scenario", "title_zh", "title_en", "note_zh", "note_en"]
    said = zip(study.scenarios.values(), scenario_notices(study), strict=True)
    rows = [(one.name, one.title_zh, one.title_en, note.zh, note.en) for one, note in said]
    return pd.DataFrame(rows, columns=columns)


def _sources_used(study: Study, made: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of all sources that something in the run names."""
    changed = [study.network(scenario=name).links for name in study.scenarios]
    tables = [*made, study.pairs, *changed, study.cities]
    columns = [table[name] for table in tables for name in table if str(name).endswith("source_id")]
    named = {one for column in columns for text in column for one in str(text).split(";")}
    region = study.region
    named |= {region.source_id, region.cores_source_id}
    named |= {row["source_id"] for row in (*region.bridges, *region.waters)}
    own = study.sources["source_id"].str.startswith("user_")
    used = study.sources[own | study.sources["source_id"].isin(named)]
    return used.reindex(columns=list(SOURCE_COLUMNS)).fillna("").reset_index(drop=True)


def _provenance(study: Study) -> dict[str, object]:
    return {
        "study": study.spec.study["name"],
        "region": study.region.id,
        "year": study.year,
        "yrdgeo": package_version(),
        "made": clock().isoformat(timespec="seconds"),
        "study_file_sha256": hashlib.sha256(study.spec.text.encode()).hexdigest(),
        "network": {key: value for key, value in study.spec.network.items() if value is not None},
        "scenarios": [
            {key: value for key, value in row.items() if value} for row in study.spec.scenarios
        ],
        "parameters": asdict(study.parameters()),
    }
