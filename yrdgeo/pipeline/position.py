"""Layers of position: cores, communities, strength and clusters, read off the run's own tables.

Promise: a map and its table cannot disagree, and a layer whose table is absent is said to be.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from yrdgeo.pipeline.words_of_position import CLASS_COLUMNS, CLUSTERED, LINKED, Placed
from yrdgeo.sources.notices import Notice
from yrdgeo.spec import Row
from yrdgeo.study import Study

Tables = Mapping[str, pd.DataFrame]
Values = tuple[pd.Series, dict[str, str]]
"""Values by adcode, and what the words of the layer leave open."""
MOST_CLASSES = 8  # that every eye tells apart
FEW = 0.001


@dataclass(frozen=True, slots=True)
class Asked:
    """One layer that a study asks for: its id, its words, the table it is in and how it is read."""

    layer_id: str
    words: Placed
    table: str
    read: Callable[[Study, pd.DataFrame], Values]
    where: Mapping[str, str]  # column → cell of the rows of the table


def asked_layers(study: Study) -> list[Asked]:
    """Return the layers of linkage and of clusters that a study asks for, in its order."""
    linked = [
        Asked(str(name), LINKED[str(name)], *READERS[str(name)], {})
        for name in study.spec.linkage["layers"]  # type: ignore[attr-defined]  # the schema says list
    ]
    return [*linked, *(one for row in study.spec.clusters for one in _of_cluster(row))]


def _of_cluster(row: Row) -> Iterator[Asked]:
    values, near = str(row["values"]), neighbours_id(row)
    for method in row["methods"]:  # type: ignore[attr-defined]  # the schema says list
        name = str(method)
        where = {"values": values, "neighbours": near}
        reader = CLUSTER_READERS[name]
        yield Asked(f"{name}_{values}_{near}", CLUSTERED[name], "clusters", reader, where)


def neighbours_id(row: Row) -> str:
    """Return how the table of clusters calls the neighbours of a ``[[cluster]]``."""
    by_border = row["neighbours"] == "borders"
    return "contiguity" if by_border else f"within_{float(str(row['cutoff_min'])):g}_min"


def with_positions(
    study: Study, layers: pd.DataFrame, results: pd.DataFrame, tables: Tables
) -> tuple[pd.DataFrame, pd.DataFrame, list[Notice]]:
    """Return ``layers`` and ``results`` with the layers of position, and what has no map.

    Parameters
    ----------
    tables
        What :func:`yrdgeo.pipeline.linkage_tables.linkage_tables` made.
    """
    titled = layers.set_index("layer_id")[["title_zh", "title_en"]]
    rows, parts, lost = [], [], []
    for one in asked_layers(study):
        table = _rows(tables.get(one.table), one.where)
        words = {**_titles(study, titled, one.where.get("values", "")), **_near(one.where)}
        if table.empty:
            lost.append(_absent(one, words))
            continue
        values, more = one.read(study, table)
        part = _part(study, one, table, values)
        sources = {source for cell in part["source_id"] for source in cell.split(";")} - {""}
        about = {"year": int(part["year"].iloc[0]), "source_id": ";".join(sorted(sources))}
        rows.append({**one.words.row(one.layer_id, {**words, **more}), **about})
        parts.append(part[list(results.columns)])
    if not rows:
        return layers, results, lost
    named = pd.concat([layers, pd.DataFrame(rows)], ignore_index=True)
    texts = [*CLASS_COLUMNS, "says_zh", "says_en"]
    named[texts] = named[texts].fillna("")
    return named, pd.concat([results, *parts], ignore_index=True), lost


def _titles(study: Study, layers: pd.DataFrame, name: str) -> dict[str, str]:
    """Return what the clustered values are called."""
    if name in study.catalogue:
        return {"values_zh": study.catalogue[name].zh, "values_en": study.catalogue[name].en}
    if name not in layers.index:
        return {"values_zh": name, "values_en": name}
    zh, en = (str(layers.loc[name, column]) for column in ("title_zh", "title_en"))
    return {"values_zh": zh, "values_en": en}


def _rows(table: pd.DataFrame | None, where: Mapping[str, str]) -> pd.DataFrame:
    if table is None:
        return pd.DataFrame()
    for column, cell in where.items():
        table = table[table[column].eq(cell)]
    return table.set_index("adcode")


def _near(where: Mapping[str, str]) -> dict[str, str]:
    near = where.get("neighbours", "")
    minutes = near.removeprefix("within_").removesuffix("_min")
    if near == "contiguity":
        return {"near_zh": "以接壤为邻", "near_en": "neighbours by border"}
    return {"near_zh": f"{minutes}分钟内为邻", "near_en": f"neighbours within {minutes} min"}


def _absent(one: Asked, words: Mapping[str, str]) -> Notice:
    zh, en = one.words.titles(words)
    return Notice(
        f"{en}: not mapped, the data do not carry it (too few cities, values or paths).",
        f"{zh}：数据不足（城市、数值或通路过少），未制图。",
    )


def _part(study: Study, one: Asked, table: pd.DataFrame, values: pd.Series) -> pd.DataFrame:
    """Return the rows of ``results``; a city that the table lacks is missing, not dropped."""
    cities = study.cities.index
    about = {
        name: table[name].reindex(cities).fillna("") if name in table else ""
        for name in ("confidence", "vintage", "source_id", "note", "note_zh")
    }
    year = int(table["year"].iloc[0]) if "year" in table else study.year
    part = pd.DataFrame({"value": values.reindex(cities).astype("float64"), **about}, index=cities)
    known = part["value"].notna()
    part["confidence"] = part["confidence"].where(known, "")
    return part.rename_axis("adcode").reset_index().assign(
        layer_id=one.layer_id, year=year, scenario=""
    )  # fmt: skip


def _p(value: float) -> str:
    return f"{value:.2g}" if value >= FEW else f"{value:.1g}"


def _least(p: float, floor: float) -> dict[str, str]:
    """Say what the test could give at the least."""
    if p <= floor:
        return {"least_zh": "已是可能的最小值", "least_en": "the least it can give"}
    return {"least_zh": f"最小可为{_p(floor)}", "least_en": f"it could be as low as {_p(floor)}"}


def _core(_study: Study, table: pd.DataFrame) -> Values:
    first = table.iloc[0]
    said = {
        "n": f"{int(table['in_core'].sum())}",
        "of": f"{len(table)}",
        "fit": f"{first['fit']:.3f}",
        "p": _p(first["p_value"]),
        **_least(first["p_value"], first["p_floor"]),
    }
    return pd.Series(np.where(table["in_core"].astype(bool), 0.0, 1.0), table.index), said


def _coreness(_study: Study, table: pd.DataFrame) -> Values:
    return table["coreness"], {"fit": f"{table['fit_continuous'].iloc[0]:.3f}"}


def _communities(study: Study, table: pd.DataFrame) -> Values:
    """Name each community by its largest city; those beyond the palette are one class."""
    numbers = table["community"].astype(int)
    sizes = _mass(study).reindex(table.index)
    most = int(numbers.max())
    shown = most if most <= MOST_CLASSES else MOST_CLASSES - 1
    places = (numbers - 1).clip(upper=shown) if most > shown else numbers - 1
    names = [_community(study, sizes[numbers.eq(k)]) for k in range(1, shown + 1)]
    if most > shown:
        names.append(("other", "其他", "Others"))
    first = table.iloc[0]
    return places.astype("float64"), {
        **_joined(names),
        "n": f"{most}",
        "nmi": f"{first['nmi_provinces']:.2f}",
        "chance": f"{first['nmi_by_chance']:.2f}",
    }


def _mass(study: Study) -> pd.Series:
    year = study.complete_year("gdp")
    return study.value_table("gdp", year)["value"]


def _community(study: Study, sizes: pd.Series) -> tuple[str, str, str]:
    """Return key and names of a community, after the member with the largest GDP."""
    largest = str(sizes.sort_index().idxmax())
    zh, en = (str(study.cities.loc[largest, name]) for name in ("name_zh", "name_en"))
    short = zh.removesuffix("市") or zh
    return largest, f"{short}一组", f"With {en}"


def _joined(names: list[tuple[str, str, str]]) -> dict[str, str]:
    """Return keys and names as semicolon-joined cells; a semicolon in a name would cut it."""
    columns = zip(*names, strict=True)
    return {
        key: ";".join(name.replace(";", ",") for name in column)
        for key, column in zip(CLASS_COLUMNS, columns, strict=True)
    }


def _strength(_study: Study, table: pd.DataFrame) -> Values:
    return table["field_strength_index"], {}


def _primacy(_study: Study, table: pd.DataFrame) -> Values:
    return 100.0 * table["share"], {}


def _moran(_study: Study, table: pd.DataFrame) -> Values:
    first = table.iloc[0]
    said = {"moran": f"{first['moran']:.3f}", "p": _p(first["moran_p"])}
    return _placed(table["cluster"], CLUSTERED["local_moran"]), said


def _spots(_study: Study, table: pd.DataFrame) -> Values:
    return _placed(table["spot"], CLUSTERED["getis_ord"]), {}


def _placed(cells: pd.Series, words: Placed) -> pd.Series:
    return cells.map({key: float(place) for place, (key, _, _) in enumerate(words.classes)})


READERS: dict[str, tuple[str, Callable[[Study, pd.DataFrame], Values]]] = {
    "core_periphery": ("core_periphery", _core),
    "coreness": ("core_periphery", _coreness),
    "communities": ("communities", _communities),
    "field_strength": ("field_strength", _strength),
    "flow_primacy": ("dominant_flows", _primacy),
}
CLUSTER_READERS: dict[str, Callable[[Study, pd.DataFrame], Values]] = {
    "local_moran": _moran,
    "getis_ord": _spots,
}
