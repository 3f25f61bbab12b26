"""What a study asks of structure and scores: layers to map, and tables of pairs of cities."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from yrdgeo.analysis import scores, structure
from yrdgeo.analysis.measure import Measure
from yrdgeo.errors import YrdGeoError
from yrdgeo.sources.vintages import rank, worst
from yrdgeo.spec import Row
from yrdgeo.study import Study

FAMILIES = {**structure.MEASURES, **scores.MEASURES}
PAIR_COLUMNS = ["measure", "year", "from_id", "to_id", "value", "note", "note_zh"]
SECTOR_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Layer:
    """A mapped result of a family: its id, its words, and which measure it is."""

    layer_id: str
    measure: str
    title_zh: str
    title_en: str


def structure_layers(study: Study) -> list[tuple[Layer, pd.DataFrame]]:
    """Return each mapped measure of industrial structure with its rows by adcode."""
    return [found for row in study.spec.structures for found in _structure(study, row)]


def score_layers(study: Study, results: pd.DataFrame) -> list[tuple[Layer, pd.DataFrame]]:
    """Return each composite score with its rows by adcode."""
    return [_score(study, row, results) for row in study.spec.scores]


def structure_pairs(study: Study) -> pd.DataFrame:
    """Return every city × city measure of structure, long, each unordered pair once."""
    parts = []
    for row in study.spec.structures:
        gathered = sector_table(study, row)
        for name in row["measures"]:  # type: ignore[attr-defined]  # the schema says list
            measure = FAMILIES[str(name)]
            if measure.result != "pair" or not len(gathered.amounts):
                continue
            matrix = measure.function(gathered.amounts, **measure.defaults)
            i, j = np.triu_indices(len(matrix), 1)
            part = pd.DataFrame(
                {
                    "measure": str(name),
                    "year": gathered.year,
                    "from_id": matrix.index[i],
                    "to_id": matrix.columns[j],
                    "value": matrix.to_numpy()[i, j],
                }
            )
            notes = [matrix.attrs.get(key, "") for key in ("note", "note_zh")]
            parts.append(part.assign(note=notes[0], note_zh=notes[1])[PAIR_COLUMNS])
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=PAIR_COLUMNS)


def sector_table(study: Study, row: Row) -> structure.SectorTable:
    """Return the cities with every sector of the year asked for, of one vintage a city."""
    return structure.table(
        study.indicators,
        [str(name) for name in row["sectors"]],  # type: ignore[attr-defined]
        int(str(row["year"] or study.year)),
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
        found = measure.function(gathered.amounts, **measure.defaults)
        words = [
            " ".join(part for part in (gathered_note, found.attrs.get(key, "")) if part)
            for gathered_note, key in ((gathered.note, "note"), (gathered.note_zh, "note_zh"))
        ]
        columns = {str(name): found} if isinstance(found, pd.Series) else _columns(str(name), found)
        for layer_id, values in columns.items():
            part = known.reindex(study.cities.index).fillna("")
            part = part.assign(value=values.reindex(study.cities.index), year=gathered.year)
            notes = part.assign(note=words[0], note_zh=words[1])
            yield _layer(study, layer_id, str(name), measure), notes


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
        full = pd.DataFrame({key: table["value"] for key, table in tables.items()}).dropna()
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


def criterion(study: Study, name: str, results: pd.DataFrame) -> pd.DataFrame:
    """Return an indicator or a measure of the run by adcode, of its most complete year.

    Raises
    ------
    YrdGeoError
        If there is neither an indicator nor a measure of that name.
    """
    if name in study.catalogue:
        year = study.complete_year(name)
        return study.value_table(name, study.year if year is None else year)
    rows = results[results["layer_id"].eq(name) & results["scenario"].eq("")]
    if rows.empty:
        raise YrdGeoError(f"The run has no {name!r}.")
    finite = rows.assign(value=rows["value"].where(np.isfinite(rows["value"])))
    return finite.set_index("adcode")


def _join(column: str, cells: list[str]) -> str:
    if column == "confidence":
        return worst(cells)
    return ";".join(sorted({one for cell in cells for one in cell.split(";") if one}))
