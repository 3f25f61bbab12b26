"""Where things are to each other: times, contiguity, pairs, gradients, hinterlands."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from yrdgeo.analysis import gradient
from yrdgeo.analysis import pairs as city_pairs
from yrdgeo.errors import NetworkError, TableError
from yrdgeo.pipeline.between import orders
from yrdgeo.pipeline.pair_places import placed
from yrdgeo.pipeline.ways import kilometres, times_of
from yrdgeo.results import TravelTimes
from yrdgeo.routing.times import fastest
from yrdgeo.study import Study


def times_by_mode(study: Study) -> dict[str, TravelTimes]:
    """Return times between seats by each mode of the study, and by the best of them.

    Raises
    ------
    NetworkError
        If by some mode no seat reaches any other.
    """
    seats = list(study.cities.index)
    times = {mode: times_of(study, mode) for mode in study.modes}
    for mode, matrix in times.items():
        apart = ~np.eye(len(seats), dtype=bool)
        if len(seats) > 1 and np.isinf(matrix.minutes[apart]).all():
            raise NetworkError(
                f"By {mode} no seat reaches any other.",
                found=repr(study.network(modes=[mode])),
                fix="Check date, period and modes in [network], that stations lie in the cities or "
                "bear their code, and that roads meet.",
            )
    return {**times, "best": fastest(*times.values())}


def times_by_scenario(
    study: Study, base: Mapping[str, TravelTimes]
) -> dict[str, dict[str, TravelTimes]]:
    """Return times by mode for each scenario; a mode that it does not touch keeps its times."""
    rail, roads = study.tables()
    found = {}
    for name in study.scenarios:
        changed = study.tables(name)
        same = {"rail": changed[0][1] is rail[1], "road": changed[1][1] is roads[1]}
        times = {
            mode: base[mode] if same[mode] else times_of(study, mode, name) for mode in study.modes
        }
        found[name] = {**times, "best": fastest(*times.values())}
    return found


def pair_rows(study: Study, times: Mapping[str, TravelTimes]) -> gpd.GeoDataFrame:
    """Return the study's pairs with order, distances, times, detour and the gap per head."""
    if study.pairs.empty:
        return gpd.GeoDataFrame({"pair_id": []}, geometry=[], crs=study.cities.crs)
    lengths = kilometres(study, "road") if "road" in times else None
    per_head = gdp_per_head(study)
    rows = city_pairs.table(
        study.cities,
        study.pairs,
        order=orders(study),
        times=times,
        lengths=lengths,
        values={"gdp_per_capita": per_head["value"]},
        leapfrog_from=int(str(study.spec.pairs["leapfrog_from"])),
    )
    for end in ("helper", "helped"):
        whole = rows[f"{end}_id"].eq(rows[f"{end}_city"])
        names = rows[f"{end}_city"].map(study.cities["name_en"])
        rows[f"{end}_en"] = names.where(whole, rows[f"{end}_en"])
    weak = per_head.index[per_head["confidence"].eq("unverified")]
    unverified = rows["helper_city"].isin(weak) | rows["helped_city"].isin(weak)
    rows["gap_confidence"] = np.where(unverified, "unverified", "")
    rows = rows.rename(columns={"gdp_per_capita_gap": "gdp_per_capita_gap_yuan"})
    return placed(study, gpd.GeoDataFrame(rows))


def gdp_per_head(study: Study) -> pd.DataFrame:
    """Return GDP per head with its confidence; NaN where the study brings no such values."""
    try:
        return study.value_table("gdp_per_capita")
    except TableError:  # neither the user nor the package has GDP or people of this region
        return pd.DataFrame({"value": np.nan, "confidence": ""}, index=study.cities.index)


def hinterland_rows(study: Study, times: Mapping[str, TravelTimes]) -> pd.DataFrame:
    """Return each city's nearest core by the best mode."""
    return gradient.hinterland(times["best"], list(study.region.cores))
