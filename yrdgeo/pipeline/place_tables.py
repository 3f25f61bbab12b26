"""What borders bend, who lies along a corridor, what can be evaluated."""

from collections.abc import Callable, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from yrdgeo.analysis import barrier, corridor, evaluation
from yrdgeo.analysis.breaking import breaking_points
from yrdgeo.analysis.pairs import province_of
from yrdgeo.errors import YrdGeoError
from yrdgeo.pipeline.between import straight_km
from yrdgeo.pipeline.evaluation_panels import starts_of
from yrdgeo.pipeline.field import contour_table
from yrdgeo.pipeline.ways import by_timetable, kilometres, ways
from yrdgeo.provenance import data_path
from yrdgeo.results import TravelTimes
from yrdgeo.study import Study

Times = Mapping[str, TravelTimes]

AT_MOST_KM = 150.0
DETOUR_DRAWS = 999
BESIDE_KM = 50.0


def latest_complete(study: Study, name: str) -> int | None:
    """Return the latest year in which every city has an indicator; None if there is none."""
    if name not in study.catalogue:
        return None
    try:
        return study.complete_year(name)
    except YrdGeoError:  # no values of it at all
        return None


def _detours(study: Study, times: Times, _mass: pd.Series | None) -> pd.DataFrame:
    if "road" not in times:
        return pd.DataFrame()
    ids = list(study.cities.index)
    found = barrier.detour(
        kilometres(study, "road"),
        straight_km(study),
        pd.Series([province_of(code) for code in ids], ids),
        at_most_km=AT_MOST_KM,
        draws=DETOUR_DRAWS,
    )
    return found.reset_index().assign(
        mode="road",
        at_most_km=AT_MOST_KM,
        note="Kilometres of the fastest road over the geodesic between seats, pairs up to "
        f"{AT_MOST_KM:g} km apart; p from {DETOUR_DRAWS} shuffles of the provinces of the cities.",
        note_zh=f"最快公路里程与驻地间测地距离之比，仅含相距{AT_MOST_KM:g}公里以内的城市对；"
        f"p值由城市所属省份的{DETOUR_DRAWS}次置换得出。",
    )


def _corridors(study: Study, _times: Times, _mass: pd.Series | None) -> pd.DataFrame:
    every = pd.read_csv(data_path("corridors.csv"), dtype=str, keep_default_na=False)
    parts = []
    for row in every.to_dict("records"):
        line = row["line"].split(";")
        if not set(line) <= set(study.cities.index):
            continue
        found = corridor.chainage(study.cities, line)
        beside = found[found["offset_km"].le(BESIDE_KM)].rename(columns={"end": "beyond_end"})
        part = beside.sort_values(["chainage_km", "offset_km"]).reset_index(names="adcode")
        named = {key: row[key] for key in ("corridor_id", "name_zh", "name_en")}
        said = {key: row[key] for key in ("confidence", "source_id", "note_zh")}
        member = part["adcode"].isin(line)
        parts.append(part.assign(**named, member=member, **said, note=row["note_en"]))
    if not parts:
        return pd.DataFrame()
    table = pd.concat(parts, ignore_index=True)
    leading = ["corridor_id", "name_zh", "name_en"]
    return table[[*leading, *[name for name in table.columns if name not in leading]]]


def _readiness(study: Study, _times: Times, _mass: pd.Series | None) -> pd.DataFrame:
    """Say which indicators could carry an evaluation of each scheme's pairs."""
    if study.pairs.empty or study.indicators.empty:
        return pd.DataFrame()
    cities = set(study.cities.index)
    parts = []
    for scheme, part in study.pairs.groupby("scheme", sort=True):
        starts = starts_of(part)
        starts = starts[starts.index.isin(cities)]
        if starts.empty:
            continue
        found = evaluation.panel_needed(study.indicators, starts)
        parts.append(found.assign(scheme=scheme, start_year=int(starts.min())))
    if not parts:
        return pd.DataFrame()
    table = pd.concat(parts, ignore_index=True).rename(columns={"reason_en": "note"})
    table = table.rename(columns={"reason_zh": "note_zh"})
    leading = ["scheme", "start_year"]
    return table[[*leading, *[name for name in table.columns if name not in leading]]]


def _breaking(study: Study, times: Times, mass: pd.Series | None) -> pd.DataFrame:
    """Place the breaking points of the region's cores on the fastest ways between them."""
    cores = [core for core in study.region.cores if core in study.cities.index]
    if mass is None or len(cores) < 2:  # noqa: PLR2004 — a pull has a rival
        return pd.DataFrame()
    parts = []
    for mode in (name for name in times if name != "best" and not by_timetable(study, name)):
        found = breaking_points(ways(study, mode), cores, mass)
        found = found[np.isfinite(found["path_min"])].drop(columns="mode")
        parts.append(found.assign(mode=mode, lon=found.geometry.x, lat=found.geometry.y))
    if not parts:
        return pd.DataFrame()
    table = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True))
    return table.assign(
        note="Modelled (Converse, exponent 2): where the pulls of √(GDP × people) of two cores are "
        "equal on the fastest way between them.",
        note_zh="模型值（康弗斯断裂点，指数为2）：两个核心以GDP与人口几何平均数计的引力在最快路径上"
        "相等之处。",
    )


PLACE_TABLES: dict[str, Callable[[Study, Times, pd.Series | None], pd.DataFrame]] = {
    "detours": _detours,
    "corridors": _corridors,
    "evaluation_readiness": _readiness,
    "breaking_points": _breaking,
    "field_contours": contour_table,
}
