"""Where values cluster: local Moran and Getis-Ord of what a study asks for, or of GDP per head."""

from collections.abc import Iterator, Mapping

import pandas as pd

from yrdgeo.analysis import clusters
from yrdgeo.errors import YrdGeoError
from yrdgeo.pipeline.between import touching
from yrdgeo.pipeline.families import criterion
from yrdgeo.pipeline.position import neighbours_id
from yrdgeo.results import TravelTimes
from yrdgeo.schema import CLUSTER_METHODS
from yrdgeo.sources.vintages import worst
from yrdgeo.spec import Row
from yrdgeo.study import Study

DRAWS = 9_999  # the false discovery rate over 41 cities asks for p below 0.0012
DRAWS_MANY, MANY = 999, 1_000
_USUAL: Row = {"values": "gdp_per_capita", "cutoff_min": 90, "methods": CLUSTER_METHODS}
UNASKED: tuple[Row, ...] = (
    {**_USUAL, "neighbours": "borders"},
    {**_USUAL, "neighbours": "minutes"},
)


def cluster_table(
    study: Study, times: Mapping[str, TravelTimes], results: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return a row a city of every ``[[cluster]]``; of a study without one, GDP per head's.

    Cities without a value are left out, and counted in ``n_missing``.
    """
    known = pd.DataFrame(columns=["layer_id", "scenario"]) if results is None else results
    parts = []
    for row in study.spec.clusters or UNASKED:
        table = criterion(study, str(row["values"]), known)
        parts += list(_clustered(study, row, table, times))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _neighbours(study: Study, row: Row, times: Mapping[str, TravelTimes]) -> pd.DataFrame:
    if row["neighbours"] == "borders":
        return touching(study)
    return clusters.neighbours_within(times["best"], cutoff_min=float(str(row["cutoff_min"])))


def _clustered(
    study: Study, row: Row, table: pd.DataFrame, times: Mapping[str, TravelTimes]
) -> Iterator[pd.DataFrame]:
    known = table[table["value"].notna()]
    values = known["value"]
    draws = DRAWS if len(known) <= MANY else DRAWS_MANY
    neighbours = _neighbours(study, row, times)
    try:
        whole = clusters.moran(values, neighbours, permutations=draws)
        local = clusters.local_moran(values, neighbours, permutations=draws)
        spots = clusters.getis_ord(values, neighbours, permutations=draws)
    except YrdGeoError:  # five cities must have a neighbour
        return
    named = local.drop(columns="significant").rename(columns={"p_value": "local_moran_p"})
    named = named.assign(
        getis_ord_z=spots["getis_ord_z"], getis_ord_p=spots["p_value"], spot=spots["spot"]
    )
    thresholds = f"{local.attrs['fdr']:.2g} (Moran), {spots.attrs['fdr']:.2g} (Getis-Ord)"
    yield named.reset_index(names="adcode").assign(
        neighbours=neighbours_id(row),
        moran=whole.statistic,
        moran_p=whole.p_value,
        note=f"False discovery rate of 5 % over {len(values)} cities: p at most {thresholds}; "
        f"{draws:,} permutations.",
        note_zh=f"{len(values)}个城市的错误发现率控制在5%：p值上限{thresholds}；{draws:,}次置换。",
        values=str(row["values"]),
        year=int(known["year"].iloc[0]),
        n_missing=len(table) - len(known),
        vintage=";".join(sorted(set(known["vintage"].astype(str)) - {""})),
        confidence=worst(known["confidence"]),
        source_id=";".join(sorted({s for text in known["source_id"] for s in text.split(";")})),
    )
