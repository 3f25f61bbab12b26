"""Where a pair stands: the borders between its cities, and all pairs that could have been made."""

import geopandas as gpd
import numpy as np
import pandas as pd

from yrdgeo.analysis import contiguity, pairs
from yrdgeo.pipeline.between import orders, straight_km, touching_by_water
from yrdgeo.study import Study

INDEX_COLUMNS = (
    "order_index", "distance_index", "nearest_id", "nearest_ratio", "rank", "n_eligible",
)  # fmt: skip


def placed(study: Study, rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add to each pair its borders told apart, and how it stands among all possible pairs."""
    return _with_leapfrog_index(study, _with_borders(study, rows))


def _with_borders(study: Study, rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add orders without bridges and over land alone, and what lies between two neighbours."""
    cities, region = study.cities, study.region
    touching = touching_by_water(study)
    kinds = {
        frozenset(ends): kind
        for *ends, kind in touching[["from_id", "to_id", "kind"]].itertuples(index=False)
    }
    both = list(zip(rows["helper_city"], rows["helped_city"], strict=True))
    more = rows.assign(border_kind=[kinds.get(frozenset(ends), "") for ends in both])
    orders = {
        "order_without_bridges": contiguity.order(cities),
        "order_over_land": contiguity.order(cities, waters=region.waters),
    }
    for name, order in orders.items():
        more[name] = pd.array([order.loc[a, b] for a, b in both], dtype="Int64")
    return gpd.GeoDataFrame(more)


def _with_leapfrog_index(study: Study, rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Compare each pair with all pairs that cross a province border.

    A pair within one city has no index; in a region of one province no pair has.
    """
    ids = list(study.cities.index)
    provinces = np.array([pairs.province_of(code) for code in ids])
    away = np.not_equal.outer(provinces, provinces)
    apart = rows["helper_city"].ne(rows["helped_city"]).to_numpy()
    if not (apart.any() and away.any(axis=0).all()):
        return rows
    found = pairs.leapfrog_index(
        orders(study),
        straight_km(study),
        list(rows.loc[apart, "helper_city"]),
        list(rows.loc[apart, "helped_city"]),
        eligible=pd.DataFrame(away, ids, ids),
    )
    index = found[list(INDEX_COLUMNS)].set_axis(rows.index[apart]).reindex(rows.index)
    index["nearest_id"] = index["nearest_id"].fillna("")
    whole = ["rank", "n_eligible"]
    return gpd.GeoDataFrame(rows.join(index.astype(dict.fromkeys(whole, "Int64"))))
