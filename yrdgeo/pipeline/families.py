"""What a study asks of structure and scores: layers to map, and tables of pairs of cities."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from yrdgeo.analysis import scores, structure
from yrdgeo.analysis.measure import Measure
from yrdgeo.errors import YrdGeoError
from yrdgeo.sources.vintages import rank, worst
from yrdgeo.spec import Row
from yrdgeo.study import Study

FAMILIES = {**structure.MEASURES, **scores.MEASURES}
PAIR_COLUMNS = [
    "measure", "year", "from_id", "to_id", "value", "note", "note_zh", "measure_zh", "measure_en",
]  # fmt: skip
SECTOR_DECIMALS = 2
FIRST_PRINTED = "preliminary"
REVISED = (
    "初步核算数在下一年公布前会修订，两年之差含修订。",
    " Preliminary figures are revised before the next year's: the change holds a revision.",
)


@dataclass(frozen=True, slots=True)
class Layer:
    """A mapped result of a family: its id, its words, and which measure it is."""

    layer_id: str
    measure: str
    title_zh: str
    title_en: str
    coverage: tuple[str, str] = ("", "")  # in Chinese and English


def asked_structures(study: Study) -> list[Row]:
    """Return the structures that the study asks for, a row for each of their years."""
    rows = study.spec.structures
    return [{**row, "year": year} for row in rows for year in structure_years(study, row)]


def structure_years(study: Study, row: Row) -> list[int]:
    """Return the years of a ``[[structure]]``, in order."""
    years = row["years"] or [row["year"] or study.year]
    return sorted(int(year) for year in years)  # type: ignore[attr-defined]  # the schema says list


def coverage(study: Study) -> list[tuple[str, str]]:
    """Say in Chinese and English how many cities have the sectors of each year asked for."""
    tables = [sector_table(study, row) for row in asked_structures(study)]
    return list(dict.fromkeys((found.note_zh, found.note) for found in tables))


def structure_layers(study: Study) -> list[tuple[Layer, pd.DataFrame]]:
    """Return each mapped measure of industrial structure with its rows by adcode."""
    found = [one for row in asked_structures(study) for one in _structure(study, row)]
    said: dict[str, list[tuple[str, str]]] = {}
    for layer, _ in found:
        said.setdefault(layer.layer_id, []).append(layer.coverage)
    joined = {
        name: ("".join(zh for zh, _ in notes), " ".join(en for _, en in notes))
        for name, notes in said.items()
    }
    return [(replace(layer, coverage=joined[layer.layer_id]), part) for layer, part in found]


def score_layers(study: Study, results: pd.DataFrame) -> list[tuple[Layer, pd.DataFrame]]:
    """Return each composite score with its rows by adcode."""
    return [_score(study, row, results) for row in study.spec.scores]


def structure_pairs(study: Study) -> pd.DataFrame:
    """Return every city × city measure of structure, long, each unordered pair once."""
    parts = []
    for row in asked_structures(study):
        gathered = sector_table(study, row)
        for name in row["measures"]:  # type: ignore[attr-defined]  # the schema says list
            measure = FAMILIES[str(name)]
            tables = _given(study, row, measure, gathered)
            if measure.result != "pair" or not len(tables[0]):
                continue
            matrix = measure.function(*tables, **_options(measure, tables[0]))
            i, j = np.triu_indices(len(matrix), 1)
            part = pd.DataFrame(
                {
                    "measure": str(name),
                    "measure_zh": measure.title_zh,
                    "measure_en": measure.title_en,
                    "year": gathered.year,
                    "from_id": matrix.index[i],
                    "to_id": matrix.columns[j],
                    "value": matrix.to_numpy()[i, j],
                }
            )
            notes = [matrix.attrs.get(key, "") for key in ("note", "note_zh")]
            parts.append(part.assign(note=notes[0], note_zh=notes[1])[PAIR_COLUMNS])
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=PAIR_COLUMNS)


def structure_groups(study: Study) -> dict[str, pd.DataFrame]:
    """Return ``structure_change`` by city and sector, and ``structure_sectors`` by sector."""
    change, sectors = [], []
    for row in asked_structures(study):
        gathered = sector_table(study, row)
        for name in row["measures"]:  # type: ignore[attr-defined]  # the schema says list
            measure = FAMILIES[str(name)]
            tables = _given(study, row, measure, gathered)
            if measure.result != "group" or not len(tables[0]):
                continue
            found = measure.function(*tables, **_options(measure, tables[0]))
            if isinstance(found, pd.DataFrame):
                long = found.rename_axis(["adcode", "sector"]).reset_index()
                first = int(str(row["first_year"]))
                one = study.catalogue.get(str(found.index[0][1]))
                long = long.assign(
                    first_year=first,
                    unit=gathered.unit,
                    unit_zh=one.unit_zh if one else gathered.unit,
                    unit_en=one.unit_en if one else gathered.unit,
                )
                change.append(_named(study, name, long, gathered, found.attrs))
            else:
                sums = found.rename("value").rename_axis("sector").reset_index()
                sectors.append(_named(study, name, sums, gathered, found.attrs))
    made = {"structure_change": change, "structure_sectors": sectors}
    return {name: pd.concat(parts, ignore_index=True) for name, parts in made.items() if parts}


def _named(
    study: Study,
    name: object,
    rows: pd.DataFrame,
    gathered: structure.SectorTable,
    said: Mapping[Hashable, object],
) -> pd.DataFrame:
    """Return rows by sector with the year, the caution and what both are called."""
    measure = FAMILIES[str(name)]
    sectors = {key: study.catalogue.get(key) for key in map(str, rows["sector"].unique())}
    words = {
        language: rows["sector"].map(
            {key: getattr(one, language) if one else key for key, one in sectors.items()}
        )
        for language in ("zh", "en")
    }
    notes = {key: str(said.get(key, "")) for key in ("note", "note_zh")}
    if "first" in measure.takes and gathered.rows["vintage"].str.startswith(FIRST_PRINTED).any():
        notes["note"] += REVISED[1]
        notes["note_zh"] += REVISED[0]
    return rows.assign(
        measure=str(name),
        year=gathered.year,
        measure_zh=measure.title_zh,
        measure_en=measure.title_en,
        sector_zh=words["zh"],
        sector_en=words["en"],
        **notes,
    )


def score_weights(study: Study, results: pd.DataFrame) -> pd.DataFrame:
    """Return what each criterion of each composite score weighs."""
    parts = []
    for row in study.spec.scores:
        measure = FAMILIES[str(row["measure"])]
        if "weights" not in measure.defaults:
            continue
        given: Mapping[str, str] = row["criteria"]  # type: ignore[assignment]  # the schema says table
        full = _criteria(study, list(given), results).dropna()
        name = str(row["weights"] or measure.defaults["weights"])
        weights = scores.WEIGHTS[name](full, better=dict(given))
        part = weights.rename("weight").rename_axis("criterion").reset_index()
        parts.append(part.assign(score=str(row["id"]), weights=name, n=len(full)))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _given(
    study: Study, row: Row, measure: Measure, gathered: structure.SectorTable
) -> list[pd.DataFrame]:
    """Return the tables that a measure takes, of the cities that all of them have."""
    tables = [gathered.amounts]
    if measure.takes == ("first", "last"):
        tables = [sector_table(study, row, year="first_year").amounts, *tables]
    for key in ("employment", "demand"):
        if key in measure.takes:
            other = sector_table(study, row, sectors=key).amounts
            tables.append(other.set_axis(gathered.amounts.columns, axis=1))
    common = tables[0].index
    for table in tables[1:]:
        common = common.intersection(table.index)
    return [table.loc[common] for table in tables]


def _options(measure: Measure, table: pd.DataFrame) -> dict[str, object]:
    """Return what a measure is called with: where it wants sectors in order, those of the study."""
    options = dict(measure.defaults)
    return {**options, "order": list(table.columns)} if "order" in options else options


def sector_table(
    study: Study, row: Row, *, sectors: str = "sectors", year: str = "year"
) -> structure.SectorTable:
    """Return the cities with every sector of the year asked for, of one vintage a city."""
    return structure.table(
        study.indicators,
        [str(name) for name in row[sectors]],  # type: ignore[attr-defined]
        int(str(row[year] or study.year)),
        cities=list(study.cities.index),
        vintage=None if row["vintage"] is None else str(row["vintage"]),
        rank=rank,
    )


def _structure(study: Study, row: Row) -> Iterator[tuple[Layer, pd.DataFrame]]:
    gathered = sector_table(study, row)
    if not len(gathered.amounts):
        return
    about = gathered.rows.groupby("adcode")
    known = pd.DataFrame(
        {
            "confidence": about["confidence"].agg(worst),
            "vintage": about["vintage"].agg(lambda cells: ";".join(sorted(set(cells)))),
            "source_id": about["source_id"].agg(lambda cells: ";".join(sorted(set(cells)))),
        }
    )
    for name in row["measures"]:  # type: ignore[attr-defined]
        measure = FAMILIES[str(name)]
        if measure.result != "city":
            continue
        tables = _given(study, row, measure, gathered)
        if not len(tables[0]):
            continue
        found = measure.function(*tables, **_options(measure, tables[0]))
        words = [
            " ".join(part for part in (gathered_note, found.attrs.get(key, "")) if part)
            for gathered_note, key in ((gathered.note, "note"), (gathered.note_zh, "note_zh"))
        ]
        columns = {str(name): found} if isinstance(found, pd.Series) else _columns(str(name), found)
        for layer_id, values in columns.items():
            part = known.reindex(study.cities.index).fillna("")
            part = part.assign(value=values.reindex(study.cities.index), year=gathered.year)
            notes = part.assign(note=words[0], note_zh=words[1])
            layer = _layer(study, layer_id, str(name), measure)
            yield replace(layer, coverage=(gathered.note_zh, gathered.note)), notes


def _columns(name: str, found: pd.DataFrame) -> dict[str, pd.Series]:
    return {f"{name}_{sector}": found[sector] for sector in found.columns}


def _layer(study: Study, layer_id: str, name: str, measure: Measure) -> Layer:
    sector = study.catalogue.get(layer_id.removeprefix(f"{name}_"))
    zh, en = (f"：{sector.zh}", f": {sector.en}") if sector else ("", "")
    return Layer(layer_id, name, f"{measure.title_zh}{zh}", f"{measure.title_en}{en}")


def _score(study: Study, row: Row, results: pd.DataFrame) -> tuple[Layer, pd.DataFrame]:
    name = str(row["measure"])
    measure = FAMILIES[name]
    if "criteria" in measure.takes or "levels" in measure.takes:
        given: Mapping[str, str] = row["criteria"]  # type: ignore[assignment]  # the schema says table
        tables = {key: criterion(study, key, results) for key in given}
        full = _criteria(study, list(given), results).dropna()
        options = {**measure.defaults, "better": dict(given)}
        if row["weights"] is not None:
            options["weights"] = row["weights"]
        if "levels" in measure.takes:
            full, options = scores.rescaled(full, dict(given)), dict(measure.defaults)
        values = measure.function(full, **options)
    else:
        tables = {key: criterion(study, str(row[key]), results) for key in ("output", "area")}
        values = measure.function(*(table["value"] for table in tables.values()))
    cities = study.cities.index
    columns = {
        column: [
            _join(column, [str(table[column].get(code, "")) for table in tables.values()])
            for code in cities
        ]
        for column in ("confidence", "vintage", "source_id")
    }
    n = int(values.notna().sum())
    part = pd.DataFrame(columns, index=cities).assign(
        value=values.reindex(cities),
        year=study.year,
        note=f"{n} of {len(cities)} cities have every part; ranks compare these alone",
        note_zh=f"{len(cities)}个城市中{n}个各项齐全，只在其间比较",
    )
    title_zh = str(row["title_zh"] or measure.title_zh)
    return Layer(str(row["id"]), name, title_zh, str(row["title_en"] or measure.title_en)), part


def _criteria(study: Study, names: list[str], results: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({name: criterion(study, name, results)["value"] for name in names})


def criterion(study: Study, name: str, results: pd.DataFrame) -> pd.DataFrame:
    """Return an indicator or a measure of the run by adcode, of its most complete year.

    Raises
    ------
    YrdGeoError
        If there is neither an indicator nor a measure of that name.
    """
    if name in study.catalogue:
        return study.value_table(name, _fullest_year(study, name))
    rows = results[results["layer_id"].eq(name) & results["scenario"].eq("")]
    if rows.empty:
        raise YrdGeoError(f"The run has no {name!r}.")
    finite = rows.assign(value=rows["value"].where(np.isfinite(rows["value"])))
    return finite.set_index("adcode")


def _fullest_year(study: Study, name: str) -> int:
    """Return the year up to the study's in which most cities have the indicator, the latest."""
    complete = study.complete_year(name)
    if complete is not None:
        return complete
    past = {study.year, *(int(year) for year in study.indicators["year"] if year <= study.year)}
    ranked = [(int(study.value_table(name, y)["value"].notna().sum()), y) for y in past]
    return max(ranked)[1]


def _join(column: str, cells: list[str]) -> str:
    if column == "confidence":
        return worst(cells)
    return ";".join(sorted({one for cell in cells for one in cell.split(";") if one}))
