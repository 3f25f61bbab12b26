"""How strongly the cores pull between the cities, as lines of equal strength.

Promise: the roads' junctions serve the points, never the seats alone; where too little of the land
is near a junction there is no table, for such lines would be read where nothing is known.
"""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from yrdgeo import geo
from yrdgeo.analysis import surface
from yrdgeo.analysis.contours import contours
from yrdgeo.analysis.decay import power
from yrdgeo.pipeline.ways import ways
from yrdgeo.results import TravelTimes
from yrdgeo.routing.times import travel_times
from yrdgeo.study import Study

FINEST_KM = 5.0
MOST_POINTS = 15_000
WITHIN_KM = 5.0  # steps of the grid: a junction farther away serves no point
LEAST_MINUTES = 10.0  # nearer than this the cores pull alike: a seat is no pole
LEAST_REACHED = 0.9  # of the points
MEDIAN = 100.0
DOUBLINGS = (-2, -1, 0, 1, 2, 3, 4, 5)  # of the median point's strength: the levels
SEEN = (0.02, 0.995)  # levels between these shares of the points are drawn
SIMPLIFIED_STEPS = 0.4  # how far a line may leave its way, in steps of the grid
SHORTEST_STEPS = 5.0  # lines shorter than this are of single junctions, and left out
KM_PER_DEGREE = 111.0


def contour_table(
    study: Study, _times: Mapping[str, TravelTimes], mass: pd.Series | None
) -> pd.DataFrame:
    """Return lines of equal pull of the region's cores by road; the median of the land is 100.

    Empty where amounts or roads lack, or junctions are near less than nine tenths of the land.
    """
    cores = [core for core in study.region.cores if core in study.cities.index]
    if mass is None or not cores or "road" not in study.modes:
        return pd.DataFrame()
    step = _step(study.cities)
    points = surface.grid(study.cities, step_km=step)
    pull = _pull(study, points, cores, mass=mass, within_km=WITHIN_KM * step)
    reached = pull[pull > 0]
    if len(reached) < LEAST_REACHED * len(points):
        return pd.DataFrame()
    low, high = reached.quantile(list(SEEN)) / reached.median()
    levels = [2.0**k for k in DOUBLINGS if low <= 2.0**k <= high]
    index = (reached / reached.median()).reindex(points.index)
    drawn = contours(points, np.log2(index), levels=[float(np.log2(one)) for one in levels])
    degrees = step / KM_PER_DEGREE
    light = drawn.geometry.simplify(SIMPLIFIED_STEPS * degrees)
    return gpd.GeoDataFrame(
        {"strength_index": np.round(MEDIAN * 2.0 ** drawn["level"], 6)},
        geometry=[_longer(shape, SHORTEST_STEPS * degrees) for shape in light],
        crs=drawn.crs,
    ).assign(mode="road", step_km=step, **_said(study, cores, len(reached) / len(points)))


def _step(cities: gpd.GeoDataFrame) -> float:
    """Return the kilometres between the points of a grid that is not too fine."""
    needed = float(np.sqrt(geo.area_km2(cities).sum() / MOST_POINTS))
    return max(FINEST_KM, float(np.ceil(needed)))


def _pull(
    study: Study, points: gpd.GeoDataFrame, cores: list[str], *, mass: pd.Series, within_km: float
) -> pd.Series:
    nodes = study.network(modes=["road"]).nodes.set_index("node_id").geometry
    places = nodes.get_coordinates().set_axis(["lon", "lat"], axis=1)
    times = travel_times(ways(study, "road"), list(places.index), cores)
    exponent = float(str(study.spec.linkage["exponent"]))
    asked = study.parameters()
    found = surface.strength(
        points,
        places,
        times,
        mass,
        decay=power(exponent, min_time=LEAST_MINUTES),
        access_kmh=asked.access_speed_kmh,
        detour=asked.access_detour,
        within_km=within_km,
    )
    return found[cores].sum(axis=1)


def _longer(shape: shapely.Geometry, least: float) -> shapely.MultiLineString:
    parts = shapely.get_parts(shape)
    return shapely.MultiLineString([part for part in parts if part.length >= least])


def _said(study: Study, cores: list[str], reached: float) -> dict[str, str]:
    exponent = float(str(study.spec.linkage["exponent"]))
    en, zh = (study.cities.loc[cores, f"name_{language}"] for language in ("en", "zh"))
    return {
        "note": f"Modelled: the pulls of {', '.join(en)} together, √(GDP × people) over road "
        f"minutes to the power {exponent:g} (at least {LEAST_MINUTES:g}), by way of the roads' "
        f"junctions, which {reached:.0%} of the land has near; 100 is the median of the land, each "
        "line twice the one outside it, single junctions left out. The cores, the exponent and the "
        "roads decide; no line is observed.",
        "note_zh": f"模型值：{'、'.join(zh)}的引力之和，以GDP与人口的几何平均数除以公路时间的"
        f"{exponent:g}次方（至少{LEAST_MINUTES:g}分钟），经公路交叉口到达（{reached:.0%}的土地附近有"
        "交叉口）；土地的中位数为100，相邻两线相差一倍，略去个别路口处的小圈。核心、指数与路网决定其形状，并非观测。",
    }
