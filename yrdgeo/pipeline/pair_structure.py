"""How alike the economies of a pair's two cities are, where both have sectors."""

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd

from yrdgeo.analysis import structure
from yrdgeo.pipeline.families import asked_structures, coverage, sector_table
from yrdgeo.sources.notices import Notice
from yrdgeo.study import Study

MEASURES = {
    "similarity": structure.similarity,
    "krugman": structure.krugman,
    "complementarity": structure.complementarity,
}


def with_structure(study: Study, rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add ``similarity``, ``krugman`` and ``complementarity`` of the two cities to the pairs.

    All pairs are compared in one year, that of the first ``[[structure]]`` in which most of them
    have sectors at both ends, the latest of equals; ``structure_year`` says which, and
    ``n_sectors`` how many sectors there are. NaN where an end has none; without a
    ``[[structure]]``, or pairs, nothing is added.
    """
    if rows.empty or not study.spec.structures:
        return rows
    gathered = _gathered(study, rows)
    more = rows.assign(structure_year=gathered.year, n_sectors=gathered.amounts.shape[1])
    both = list(zip(rows["helper_city"], rows["helped_city"], strict=True))
    for name, matrix in _likeness(gathered).items():
        more[name] = np.array(
            [matrix.loc[a, b] if {a, b} <= set(matrix.index) else np.nan for a, b in both]
        )
    return gpd.GeoDataFrame(more)


def structure_matrices(study: Study, rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the same measures between all cities that have sectors in that year.

    Nothing without a ``[[structure]]``; tables without a row where no city has sectors.
    """
    return _likeness(_gathered(study, rows)) if study.spec.structures else {}


def _gathered(study: Study, rows: pd.DataFrame) -> structure.SectorTable:
    """Return the sectors of the year in which most pairs have them at both ends."""
    sectors = study.spec.structures[0]["sectors"]
    tables = [sector_table(study, r) for r in asked_structures(study) if r["sectors"] == sectors]
    ends = pd.Index(rows["helper_city"]), pd.Index(rows["helped_city"])
    known = [ends[0].isin(one.amounts.index) & ends[1].isin(one.amounts.index) for one in tables]
    return tables[max(range(len(tables)), key=lambda k: (known[k].sum(), tables[k].year))]


def _likeness(gathered: structure.SectorTable) -> dict[str, pd.DataFrame]:
    ids = gathered.amounts.index
    if ids.empty:
        return dict.fromkeys(MEASURES, pd.DataFrame(index=ids, columns=ids, dtype=np.float64))
    return {name: measure(gathered.amounts) for name, measure in MEASURES.items()}


def structure_notices(study: Study) -> Iterator[Notice]:
    """Say how many cities have the sectors of each year, the others being gaps."""
    for zh, en in coverage(study):
        yield Notice(f"Industrial structure: {en}", f"产业结构：{zh}")
