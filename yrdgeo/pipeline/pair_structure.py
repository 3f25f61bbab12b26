"""How alike the economies of a pair's two cities are, where both have sectors."""

import geopandas as gpd
import numpy as np
import pandas as pd

from yrdgeo.analysis import structure
from yrdgeo.pipeline.families import sector_table
from yrdgeo.study import Study

MEASURES = {"similarity": structure.similarity, "krugman": structure.krugman}


def with_structure(study: Study, rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add ``similarity`` and ``krugman`` of the first ``[[structure]]`` to the pairs.

    NaN where an end has no sectors; without a ``[[structure]]``, or pairs, nothing is added.
    """
    if rows.empty or not study.spec.structures:
        return rows
    gathered = sector_table(study, study.spec.structures[0])
    more = rows.assign(structure_year=gathered.year)
    ends = pd.Index(rows["helper_city"]), pd.Index(rows["helped_city"])
    known = ends[0].isin(gathered.amounts.index) & ends[1].isin(gathered.amounts.index)
    for name, measure in MEASURES.items():
        found = np.full(len(rows), np.nan)
        if known.any():
            matrix = measure(gathered.amounts)
            at = (matrix.index.get_indexer(ends[0]), matrix.columns.get_indexer(ends[1]))
            found = np.where(known, matrix.to_numpy()[at], np.nan)
        more[name] = found
    return gpd.GeoDataFrame(more)
