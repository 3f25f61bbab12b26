"""What can be mapped: the long ``results`` table and its ``layers`` row by row."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from inspect import signature

import numpy as np
import pandas as pd

from yrdgeo.analysis import accessibility
from yrdgeo.errors import StudyError, nearest
from yrdgeo.pipeline.between import straight_km
from yrdgeo.pipeline.families import (
    FAMILIES,
    SECTOR_DECIMALS,
    Layer,
    score_layers,
    structure_layers,
)
from yrdgeo.pipeline.questions import amounts_of, enough, options_of
from yrdgeo.pipeline.ways import kilometres, ways
from yrdgeo.results import TravelTimes
from yrdgeo.sources.vintages import worst
from yrdgeo.spec import Row
from yrdgeo.study import Study

RESULT_COLUMNS = [
    "layer_id", "adcode", "year", "scenario", "value", "confidence", "vintage", "source_id",
    "note", "note_zh",
]  # fmt: skip
TOPICS = {
    "economy": ("经济", "Economy"),
    "population": ("人口", "Population"),
    "land": ("土地", "Land"),
    "access": ("通达", "Access"),
    "structure": ("产业结构", "Structure"),
    "score": ("综合评价", "Scores"),
}
MODES = {
    "rail": ("铁路", "by rail"),
    "road": ("公路", "by road"),
    "best": ("铁路与公路取快者", "faster of rail and road"),
}


def indicator_results(study: Study) -> pd.DataFrame:
    """Return the study's indicators of every year with enough values, missing ones as NaN."""
    wanted = [str(name) for name in study.spec.study["indicators"]]  # type: ignore[attr-defined]
    parts = [
        part
        for name in wanted
        for year in study.years
        if (part := _indicator_part(study, name, year)) is not None
    ]
    if not parts:
        return pd.DataFrame(columns=RESULT_COLUMNS)
    return pd.concat(parts, ignore_index=True)


def _indicator_part(study: Study, name: str, year: int) -> pd.DataFrame | None:
    part = study.value_table(name, year)
    if not enough(part):
        return None
    part = part.rename_axis("adcode").reset_index()
    return part.assign(layer_id=name, year=year, scenario="")[RESULT_COLUMNS]


def measure_results(
    study: Study,
    times: Mapping[str, TravelTimes],
    scenarios: Mapping[str, Mapping[str, TravelTimes]] | None = None,
) -> pd.DataFrame:
    """Return the study's measures for its year, and again for each scenario.

    Its opportunities are of the latest year in which every city has them. A measure sums over
    all cities, so one unverified amount makes every value unverified.
    """
    names = {name for row in study.spec.measures for name in amounts_of(row)}
    amounts = {name: study.value_table(name, study.complete_year(name)) for name in sorted(names)}
    parts = [_measure_part(study, row, times, amounts) for row in study.spec.measures]
    for name, others in (scenarios or {}).items():
        parts += [
            _in_scenario(study, name, _measure_part(study, row, others, amounts))
            for row in study.spec.measures
        ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=RESULT_COLUMNS)


def family_results(study: Study, results: pd.DataFrame) -> tuple[pd.DataFrame, list[Layer]]:
    """Return the rows of structure and scores, and what each of their layers is."""
    found = structure_layers(study)
    parts = [_filed(layer, part) for layer, part in found]
    known = pd.concat([results, *parts], ignore_index=True) if parts else results
    rated = score_layers(study, known)
    parts += [_filed(layer, part) for layer, part in rated]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=RESULT_COLUMNS)
    return table, [layer for layer, _ in [*found, *rated]]


def _filed(layer: Layer, part: pd.DataFrame) -> pd.DataFrame:
    rows = part.rename_axis("adcode").reset_index()
    return rows.assign(layer_id=layer.layer_id, scenario="")[RESULT_COLUMNS]


def _measure_part(
    study: Study,
    row: Row,
    times: Mapping[str, TravelTimes],
    known: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    measure = accessibility.MEASURES[str(row["measure"])]
    given = [known[name] for name in amounts_of(row)]
    left_out = _left_out(study, row)
    kept = study.cities.index.difference(left_out, sort=False)
    # The first amount is at the destinations, a second one (demand) at the origins.
    amounts = [
        table["value"].loc[kept if first else study.cities.index]
        for first, table in zip((True, False), given, strict=False)
    ]
    options = {**measure.defaults, **options_of(row)}
    whole = times[str(row["mode"])]
    if "back" in signature(measure.function).parameters:
        options["back"] = whole
    # Looking inward, the cities that count are origins, and so the ones that may be left out.
    used = _from(whole, kept) if options.get("direction") == "in" else _to(whole, kept)
    values = measure.function(used, *amounts, **options, **_needs(study, row, measure.needs))
    part = pd.DataFrame({"adcode": values.index, "value": values.to_numpy()})
    confidence, note, note_zh = _inherited(study, given, left_out)
    sources = {"yrdgeo", *(one for table in given for one in table["source_id"])}
    return part.assign(
        layer_id=str(row["id"]),
        year=study.year,
        scenario="",
        confidence=confidence,
        vintage="",
        source_id=";".join(sorted(sources)),
        note=note,
        note_zh=note_zh,
    )[RESULT_COLUMNS]


def _in_scenario(study: Study, name: str, part: pd.DataFrame) -> pd.DataFrame:
    """File the values of a measure under a scenario, which each of them names."""
    change = study.scenarios[name]
    en, zh = f"scenario: {change.title_en}", f"情景：{change.title_zh}"
    return part.assign(
        scenario=name,
        note=[f"{en}; {note}" if note else en for note in part["note"]],
        note_zh=[f"{zh}；{note}" if note else zh for note in part["note_zh"]],
    )


def _left_out(study: Study, row: Row) -> list[str]:
    return [study.core(str(name)) for name in row["leave_out"]]  # type: ignore[attr-defined]


def _needs(study: Study, row: Row, names: Sequence[str]) -> dict[str, object]:
    """Return what a measure needs besides times and amounts."""
    given: dict[str, Callable[[], object]] = {
        "straight_km": lambda: straight_km(study),
        "network": lambda: ways(study, str(row["mode"])),
        "network_km": lambda: kilometres(study, str(row["mode"])),
        "costs": lambda: _fares(study, row),
    }
    return {name: given[name]() for name in names}


def _fares(study: Study, row: Row) -> pd.DataFrame:
    """Return yuan between seats: kilometres of the fastest way, each at one price."""
    return kilometres(study, str(row["mode"])) * float(str(row["fare_cny_km"]))


def _from(times: TravelTimes, origins: pd.Index) -> TravelTimes:
    rows = times.origins.get_indexer(origins)
    return TravelTimes(origins, times.destinations, times.minutes[rows])


def _to(times: TravelTimes, destinations: pd.Index) -> TravelTimes:
    columns = times.destinations.get_indexer(destinations)
    return TravelTimes(times.origins, destinations, times.minutes[:, columns])


def _inherited(
    study: Study, given: list[pd.DataFrame], left_out: list[str]
) -> tuple[str, str, str]:
    """Return the confidence and the note that a sum over all cities takes from its inputs."""
    notes = []
    if left_out:
        names = study.cities.loc[left_out]
        en, zh = ", ".join(names["name_en"]), "、".join(names["name_zh"])
        notes.append((f"{en} is no destination here", f"目的地不含{zh}"))
    notes += [note for table in given for note in _amount_notes(study, table)]
    english, chinese = zip(*dict.fromkeys(notes), strict=True) if notes else ((), ())
    confidence = worst([one for table in given for one in table["confidence"]])
    return confidence, "; ".join(english), "；".join(chinese)


def _amount_notes(study: Study, given: pd.DataFrame) -> Iterator[tuple[str, str]]:
    year = int(given["year"].iloc[0])
    if year != study.year:
        yield f"amounts of {year}", f"规模数据为{year}年"
    unverified = given.index[given["confidence"].eq("unverified")]
    if len(unverified):
        share = given["value"].loc[unverified].sum() / given["value"].sum()
        who = study.cities.loc[unverified]
        yield (
            f"{share:.1%} of the amounts is unverified ({', '.join(who['name_en'])})",
            f"规模数据的{share:.1%}未经核实（{'、'.join(who['name_zh'])}）",
        )


def layer_rows(study: Study, results: pd.DataFrame, families: Sequence[Layer] = ()) -> pd.DataFrame:
    """Return one row for each layer of ``results``, in their order."""
    measures = {str(row["id"]): row for row in study.spec.measures}
    others = {layer.layer_id: layer for layer in families}
    rows = []
    for layer in results["layer_id"].unique():
        if layer in measures:
            rows.append(_measure_row(study, measures[layer]))
        elif layer in others:
            rows.append(_family_row(others[layer]))
        else:
            rows.append(_indicator_row(study, layer))
    layers = pd.DataFrame(rows)
    layers["year"] = [_first_year(study, results, layer) for layer in layers["layer_id"]]
    by_layer = results.groupby("layer_id")["source_id"]
    layers["source_id"] = [_joined(by_layer.get_group(layer)) for layer in layers["layer_id"]]
    return layers


def _first_year(study: Study, results: pd.DataFrame, layer: str) -> int:
    """Return the most complete year up to the study's, the latest of equals."""
    rows = results[results["layer_id"].eq(layer) & results["scenario"].eq("")]
    known = rows["value"].notna().groupby(rows["year"]).sum()
    past = known[known.index <= study.year]
    ranked = past if len(past) else known
    return int(ranked[ranked == ranked.max()].index.max())


def _joined(source_ids: pd.Series) -> str:
    return ";".join(sorted({one for text in source_ids for one in str(text).split(";") if one}))


def _row(layer_id: str, topic: str, **columns: object) -> dict[str, object]:
    topic_zh, topic_en = TOPICS.get(topic, (topic, topic))
    fixed = {"result": "results", "column": layer_id, "scheme": "fisher_jenks"}
    shown = {"palette": "sequential", "midpoint": np.nan}
    words = {"topic": topic, "topic_zh": topic_zh, "topic_en": topic_en}
    return {"layer_id": layer_id, **fixed, **words, **shown, **columns}


def _indicator_row(study: Study, layer: str) -> dict[str, object]:
    row = study.catalogue[layer]
    return _row(
        layer,
        row.topic,
        title_zh=row.zh,
        title_en=row.en,
        unit=row.unit,
        unit_zh=row.unit_zh,
        unit_en=row.unit_en,
        decimals=row.decimals,
        better=row.better,
        kind=row.kind,
        meaning_zh=row.meaning_zh,
        meaning_en=row.meaning_en,
    )


def _family_row(layer: Layer) -> dict[str, object]:
    measure = FAMILIES[layer.measure]
    return _row(
        layer.layer_id,
        measure.family,
        title_zh=layer.title_zh,
        title_en=layer.title_en,
        unit=measure.unit_en,
        unit_zh=measure.unit_zh,
        unit_en=measure.unit_en,
        decimals=SECTOR_DECIMALS,
        better=measure.better,
        kind=measure.kind,
        meaning_zh=f"{measure.meaning_zh}{layer.coverage[0]}",
        meaning_en=f"{measure.meaning_en} {layer.coverage[1]}".rstrip(),
    )


def _measure_row(study: Study, row: Row) -> dict[str, object]:
    measure = accessibility.MEASURES[str(row["measure"])]
    reached = study.catalogue.get(str(row["opportunities"])) if not measure.unit_en else None
    mode_zh, mode_en = MODES[str(row["mode"])]
    amount = study.catalogue.get(str(row["opportunities"]))
    zh, en = (f"{amount.zh},", f"{amount.en}, ") if amount else ("", "")
    return _row(
        str(row["id"]),
        "access",
        title_zh=row["title_zh"] or f"{measure.title_zh}({zh}{mode_zh})",
        title_en=row["title_en"] or f"{measure.title_en} ({en}{mode_en})",
        unit=reached.unit if reached else measure.unit_en,
        unit_zh=reached.unit_zh if reached else measure.unit_zh,
        unit_en=reached.unit_en if reached else measure.unit_en,
        decimals=reached.decimals if reached else measure.decimals,
        better=measure.better,
        kind=measure.kind,
        meaning_zh=measure.meaning_zh,
        meaning_en=measure.meaning_en,
    )


def values_by_adcode(study: Study, name: str, results: pd.DataFrame) -> pd.Series:
    """Return an indicator or a computed measure of the study year, by adcode."""
    if name in study.catalogue:
        return study.values(name)
    base = results[results["scenario"].eq("")]
    mine = base[base["layer_id"].eq(name) & base["year"].eq(study.year)]
    if mine.empty:
        known = [*study.catalogue, *results["layer_id"].unique()]
        raise StudyError(f"There is no indicator or measure {name!r}.", fix=nearest(name, known))
    return mine.set_index("adcode")["value"].reindex(study.cities.index).rename(name)
