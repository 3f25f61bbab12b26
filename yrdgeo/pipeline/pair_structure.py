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
    sectors = study.spec.structures[0]["sectors"]
    tables = [sector_table(study, r) for r in asked_structures(study) if r["sectors"] == sectors]
    ends = pd.Index(rows["helper_city"]), pd.Index(rows["helped_city"])
    known = [ends[0].isin(one.amounts.index) & ends[1].isin(one.amounts.index) for one in tables]
    best = max(range(len(tables)), key=lambda k: (known[k].sum(), tables[k].year))
    gathered, both = tables[best], known[best]
    more = rows.assign(structure_year=gathered.year, n_sectors=gathered.amounts.shape[1])
    for name, measure in MEASURES.items():
        found = np.full(len(rows), np.nan)
        if both.any():
            matrix = measure(gathered.amounts)
            at = (matrix.index.get_indexer(ends[0]), matrix.columns.get_indexer(ends[1]))
            found = np.where(both, matrix.to_numpy()[at], np.nan)
        more[name] = found
    return gpd.GeoDataFrame(more)


def structure_notices(study: Study) -> Iterator[Notice]:
    """Say how many cities have the sectors of each year, the others being gaps."""
    for zh, en in coverage(study):
        yield Notice(f"Industrial structure: {en}", f"产业结构：{zh}")
