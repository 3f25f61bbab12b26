"""How the cities of a study hang together: tables of modelled flows, circles and cores.

Promise: a table is there only where the data carry it, and every row says that flows are
modelled, from which years, and how sure the amounts are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString

from yrdgeo.analysis import linkage
from yrdgeo.analysis.decay import power
from yrdgeo.analysis.pairs import province_of
from yrdgeo.errors import YrdGeoError
from yrdgeo.pipeline.cluster_tables import cluster_table
from yrdgeo.pipeline.place_tables import PLACE_TABLES, latest_complete
from yrdgeo.results import TravelTimes
from yrdgeo.sources import programmes
from yrdgeo.sources.vintages import worst
from yrdgeo.study import Study
from yrdgeo.units import WGS84

LARGEST = 5  # shares listed for each city
DRAWS = 199
SHUFFLES = 99
PART = "_core"  # a core zone is a part of its circle


@dataclass(frozen=True, slots=True, eq=False)
class Linked:
    """Modelled flows between the cities of a study, and what they stand on."""

    study: Study
    times: TravelTimes
    mass: pd.Series
    flows: pd.DataFrame
    about: Mapping[str, str | int]  # columns of every row


def linkage_tables(
    study: Study, times: Mapping[str, TravelTimes], results: pd.DataFrame | None = None
) -> dict[str, pd.DataFrame]:
    """Return the tables of linkage, circles, clusters, borders, corridors and readiness.

    Parameters
    ----------
    study
        Any study: with or without amounts, pairs, provinces, railways.
    times
        Travel times between the seats by mode, with ``best`` among them.
    results
        The run's results, whose measures a ``[[cluster]]`` may name.

    Returns
    -------
    tables
        By name; one that the data cannot carry is left out.
    """
    linked = linked_cities(study, times["best"])
    made: dict[str, pd.DataFrame] = {}
    if linked is not None:
        for name, build in FLOW_TABLES.items():
            made[name] = _or_nothing(partial(build, linked)).assign(**linked.about)
    mass = None if linked is None else linked.mass
    for name, place in PLACE_TABLES.items():
        made[name] = _or_nothing(partial(place, study, times, mass))
    made["clusters"] = _or_nothing(partial(cluster_table, study, times, results))
    return {name: table for name, table in made.items() if len(table)}


def _or_nothing(build: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    try:
        return build()
    except YrdGeoError:  # too few cities, one province, no path: nothing to say
        return pd.DataFrame()


def linked_cities(study: Study, times: TravelTimes) -> Linked | None:
    """Return gravity flows of the study's cities, or None where amounts or paths lack."""
    gdp_year = latest_complete(study, "gdp")
    people_year = latest_complete(study, "population_resident")
    if gdp_year is None or people_year is None or len(study.cities) < 2:  # noqa: PLR2004 — two ends
        return None
    gdp = study.value_table("gdp", gdp_year)
    people = study.value_table("population_resident", people_year)
    try:
        mass = linkage.linkage_mass(people["value"], gdp["value"])
    except YrdGeoError:  # a city without people or GDP has no mass
        return None
    exponent = float(str(study.spec.linkage["exponent"]))
    flows = linkage.gravity_flows(times, mass, decay=power(exponent))
    if not flows.to_numpy().any():
        return None
    cells = pd.concat([gdp, people])
    about: dict[str, str | int] = {
        "gdp_year": gdp_year,
        "population_year": people_year,
        "vintage": ";".join(sorted(set(cells["vintage"].astype(str)) - {""})),
        "confidence": worst(cells["confidence"]),
        "source_id": _joined(cells["source_id"]),
        "note": f"Modelled, not observed: flows of √(GDP {gdp_year} × people {people_year}) over "
        f"the best minutes, exponent {exponent:g}; shares and ranks compare, amounts do not.",
        "note_zh": f"模型值，不是实际流量：以{gdp_year}年GDP与{people_year}年常住人口的几何平均数为"
        f"质量，按最快时间的{exponent:g}次方衰减；只宜比较占比与位次。",
    }
    return Linked(study, times, mass, flows, about)


def _joined(cells: pd.Series) -> str:
    return ";".join(sorted({one for text in cells for one in str(text).split(";") if one}))


def _dominant(linked: Linked) -> pd.DataFrame:
    """Return who looks to whom, larger being who receives more, or who has the larger mass."""
    received = linkage.dominant_flows(linked.flows)
    by_mass = linkage.dominant_flows(linked.flows, linked.mass)
    table = received.assign(
        role_by_mass=by_mass["role"], centre_by_mass_id=by_mass["centre_id"]
    ).reset_index(names="adcode")
    return gpd.GeoDataFrame(table, geometry=_arrows(linked.study.cities, table))


def _arrows(cities: gpd.GeoDataFrame, table: pd.DataFrame) -> gpd.GeoSeries:
    """Return a line from each seat to that of the city of its largest flow, if it has one."""
    seats = cities[["seat_lon", "seat_lat"]]
    ends = [seats.reindex(table[name]).to_numpy(np.float64) for name in ("adcode", "dominant_id")]
    whole = np.isfinite(np.hstack(ends)).all(axis=1)
    rows = zip(*ends, whole, strict=True)
    lines = [LineString([a, b]) if known else LineString() for a, b, known in rows]
    return gpd.GeoSeries(lines, table.index, crs=WGS84)


def _largest_shares(linked: Linked) -> pd.DataFrame:
    shares = linkage.flow_shares(linked.flows).rename_axis(index="from_id", columns=None)
    long = shares.reset_index().melt(id_vars="from_id", var_name="to_id", value_name="share")
    long = long[long["share"].gt(0)].sort_values(
        ["from_id", "share", "to_id"], ascending=[True, False, True], ignore_index=True
    )
    long["rank"] = long.groupby("from_id").cumcount() + 1
    kept = long[long["rank"].le(LARGEST)]
    at = (
        linked.times.origins.get_indexer(pd.Index(kept["from_id"])),
        linked.times.destinations.get_indexer(pd.Index(kept["to_id"])),
    )
    kept = kept.assign(travel_time_min=linked.times.minutes[at])
    return kept[["from_id", "rank", "to_id", "share", "travel_time_min"]]


def _circles(linked: Linked) -> pd.DataFrame:
    cores = [core for core in linked.study.region.cores if core in linked.flows.index]
    asked = linked.study.spec.linkage
    least = float(str(asked["least_share"]))
    parts = [
        linkage.circles(
            linked.times, linked.flows, cores, cutoff_min=cutoff, least_share=least
        ).assign(cutoff_min=cutoff, least_share=least)
        for cutoff in sorted(asked["cutoffs_min"])  # type: ignore[call-overload]  # the schema says list
    ]
    table = pd.concat(parts, ignore_index=True)
    leading = ["cutoff_min", "least_share"]
    return table[[*leading, *[name for name in table.columns if name not in leading]]]


def _overlaps(linked: Linked) -> pd.DataFrame:
    """Compare the circles with the official ones, by prefectures of the study alone.

    The core of an official circle is the first of its members that is a core of the region. A
    member that is a county of a prefecture cannot be compared, and is counted.
    """
    groups = programmes.load_groups()
    names = programmes.load_group_names()[["name_zh", "name_en"]].fillna("")
    circles = groups[groups["kind"].eq("metro_circle") & ~groups["group_id"].str.endswith(PART)]
    found, cities = _circles(linked), linked.flows.index
    rows = []
    for name, part in circles.groupby("group_id", sort=True):
        known = part[part["member_id"].isin(cities)]
        core = next((code for code in known["member_id"] if code in set(found["core"])), None)
        if core is None:
            continue
        whole = part["member_level"].ne("county")
        for cutoff, mine in found[found["core"].eq(core)].groupby("cutoff_min"):
            one = linkage.overlap(mine, {core: list(known["member_id"])})
            rows.append(
                one.reset_index().assign(
                    group_id=name,
                    name_zh=str(names.loc[str(name), "name_zh"]),
                    name_en=str(names.loc[str(name), "name_en"]),
                    cutoff_min=cutoff,
                    n_counties=int((~whole).sum()),
                    n_outside=int((whole & ~part["member_id"].isin(cities)).sum()),
                    official_confidence=worst(part["confidence"]),
                    official_source_id=_joined(part["source_id"]),
                )
            )
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()
    leading = ["group_id", "name_zh", "name_en", "core", "cutoff_min"]
    return table[[*leading, *[c for c in table.columns if c not in leading]]] if rows else table


def _communities(linked: Linked) -> pd.DataFrame:
    """Return the communities, and how much they say of the provinces, and would by chance."""
    found = linkage.communities(linked.flows)
    provinces = pd.Series([province_of(code) for code in found.index], found.index)
    shared = linkage.normalised_mutual_information(found, provinces)
    generator = np.random.default_rng(0)
    shuffled = [
        linkage.normalised_mutual_information(
            found, pd.Series(generator.permutation(provinces.to_numpy()), found.index)
        )
        for _ in range(SHUFFLES)
    ]
    table = pd.DataFrame({"adcode": found.index, "community": found.to_numpy()})
    return table.assign(
        province=provinces.to_numpy(),
        n_communities=int(found.max()),
        nmi_provinces=shared,
        nmi_by_chance=float(np.mean(shuffled)),
    )


def _core_periphery(linked: Linked) -> pd.DataFrame:
    # Roots, because a few of the flows of a gravity model are larger than all others together.
    found = linkage.core_periphery(linked.flows**0.5, permutations=DRAWS)
    table = pd.DataFrame({"adcode": found.core.index, "in_core": found.core.to_numpy()})
    return table.assign(
        coreness=found.coreness.to_numpy(),
        fit=found.fit,
        fit_continuous=found.fit_continuous,
        p_value=found.test.p_value,
        p_floor=found.test.p_floor,
    )


def _strength(linked: Linked) -> pd.DataFrame:
    r"""Return the pull of all other cities on each, as an index: :math:`\sum_j M_j f(T_{ij})`."""
    pull = linked.flows.sum(axis=1) / linked.mass.reindex(linked.flows.index)
    index = 100.0 * pull / pull.mean()
    return index.rename("field_strength_index").rename_axis("adcode").reset_index()


FLOW_TABLES: dict[str, Callable[[Linked], pd.DataFrame]] = {
    "dominant_flows": _dominant,
    "linkage_shares": _largest_shares,
    "circles": _circles,
    "circle_overlap": _overlaps,
    "communities": _communities,
    "core_periphery": _core_periphery,
    "field_strength": _strength,
}
