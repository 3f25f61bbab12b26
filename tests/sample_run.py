"""A small made-up region in the shape of :class:`yrdgeo.results.Run`, for tests of what is written.

Nine squares near 119° E, 31° N and one island, rows shuffled so that a join by position fails.
Layers: an intensive one with a missing and an unverified value, an extensive one, a diverging
one with negative values, and a time that is ``inf`` for the island (no railway).
"""

from io import StringIO
from itertools import product

import geopandas as gpd
import numpy as np
import pandas as pd
from sample_charts import bent_rows, gradient_tables, pair_tables, region_tables
from sample_places import (
    GEOD,
    ISLAND,
    kilometres,
    sample_cities,
    sample_contiguity,
    sample_links,
    sample_nodes,
    sample_times,
    shuffled,
)
from shapely import LineString

from yrdgeo.results import Run, TravelTimes

MISSING = "910400"  # no GDP per head in the study year
UNVERIFIED = "920300"  # its GDP per head in the study year is unverified
YEAR = 2022
YEARS = (2021, YEAR)

LAYERS = pd.read_csv(
    StringIO("""
layer_id,title_zh,title_en,unit_zh,unit_en,decimals,better,kind,topic,palette,midpoint
gdp_per_capita,人均地区生产总值,GDP per head,元,yuan,0,high,intensive,economy,sequential,
population,常住人口,Resident population,万人,"10,000 people",1,none,extensive,population,sequential,
gdp_growth,地区生产总值增速,GDP growth,%,%,1,high,intensive,economy,diverging,0
mean_time_rail,铁路平均旅行时间,Mean time by rail,分钟,minutes,0,low,intensive,access,sequential,
""")
)
TOPICS = {
    "economy": ("经济", "Economy"),
    "population": ("人口", "Population"),
    "access": ("可达性", "Access"),
    "position": ("区位", "Position"),
}


def _layers() -> pd.DataFrame:
    return LAYERS.assign(
        result="results",
        column="value",
        scheme="fisher_jenks",
        unit=LAYERS["unit_en"],
        topic_zh=[TOPICS[topic][0] for topic in LAYERS["topic"]],
        topic_en=[TOPICS[topic][1] for topic in LAYERS["topic"]],
        year=YEAR,
        meaning_zh=[f"{title}的含义。" for title in LAYERS["title_zh"]],
        meaning_en=[f"What {title} means." for title in LAYERS["title_en"]],
        source_id="yearbook;boundaries",
    )


def _value(layer_id: str, rank: int, year: int) -> float:
    """Give the city of this rank (by adcode) its value: distinct, and not linear in the rank."""
    step = year - YEARS[0]
    wave = (rank * 7) % 10
    return {
        "gdp_per_capita": 41_000.25 + 9_876.5 * wave + 1_500 * step,
        "population": 120.0 + 83.3 * ((rank * 3) % 10) + 0.7 * step,
        "gdp_growth": -4.25 + 1.3 * wave + 0.1 * step,
        "mean_time_rail": 55.5 + 11.0 * ((rank * 9) % 10) - 2.0 * step,
    }[layer_id]


def _results(cities: gpd.GeoDataFrame) -> pd.DataFrame:
    codes = sorted(cities.index)
    rows: list[dict[str, object]] = []
    for layer_id, year, (rank, code) in product(LAYERS["layer_id"], YEARS, enumerate(codes)):
        scenarios = ("", "new_line") if layer_id == "mean_time_rail" and year == YEAR else ("",)
        for scenario in scenarios:
            value = _value(layer_id, rank, year) - (5.0 if scenario else 0.0)
            confidence, note = "high", ""
            if layer_id == "gdp_per_capita" and year == YEAR:
                if code == MISSING:
                    value, confidence, note = np.nan, "", "not published"
                if code == UNVERIFIED:
                    confidence, note = "unverified", "from one source only"
            if layer_id == "mean_time_rail" and code == ISLAND:
                value, note = np.inf, "no railway"
            rows.append(
                {
                    "layer_id": layer_id,
                    "adcode": code,
                    "year": year,
                    "scenario": scenario,
                    "value": value,
                    "confidence": confidence,
                    "vintage": str(year + 1),
                    "source_id": "yearbook",
                    "note": note,
                }
            )
    return shuffled(pd.DataFrame(rows))


def _arc(cities: gpd.GeoDataFrame, a: str, b: str) -> LineString:
    ends = cities.loc[[a, b], ["seat_lon", "seat_lat"]].to_numpy()
    middle = GEOD.npts(*ends[0], *ends[1], 9)
    return LineString([tuple(ends[0]), *middle, tuple(ends[1])])


def _pairs(
    cities: gpd.GeoDataFrame, times: dict[str, TravelTimes], contiguity: pd.DataFrame
) -> gpd.GeoDataFrame:
    km = kilometres(cities)
    touching = contiguity[contiguity["border_km"] > 0].sort_values(["from_id", "to_id"])
    adjacent = (touching["from_id"].iloc[-1], touching["to_id"].iloc[-1])
    land = [code for code in cities.index if code != ISLAND]
    furthest = max(product(land, land), key=lambda ends: km.loc[ends])
    rows = []
    for number, ((helper, helped), order) in enumerate(((adjacent, 1), (furthest, 2)), start=1):
        name = cities.loc
        rows.append(
            {
                "pair_id": f"p{number}",
                "helper_id": helper,
                "helped_id": helped,
                "helper_city": helper,
                "helped_city": helped,
                "helper_zh": name[helper, "name_zh"],
                "helper_en": name[helper, "name_en"],
                "helped_zh": name[helped, "name_zh"],
                "helped_en": name[helped, "name_en"],
                "scheme": "结对 2021",
                "since": "2021-12",
                "kind": "twinning",
                "pair_class": "adjacent" if order == 1 else "leapfrog",
                "contiguity_order": order,
                "seat_km": km.loc[helper, helped],
                "border_km": 0.0 if order == 1 else km.loc[helper, helped] / 3,
                "rail_min": times["rail"].to_frame().loc[helper, helped],
                "road_min": times["road"].to_frame().loc[helper, helped],
                "detour_ratio": 1.25,
                "gdp_per_capita_gap_yuan": -1234.5 if order == 1 else 20_000.0,
                "province_border": order != 1,
                "nearest_id": land[0],
                "nearest_ratio": 1.5,
                "rank": order,
                "n_eligible": 5,
                "source_id": "plan",
                "geometry": _arc(cities, helper, helped),
            }
        )
    table = gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")
    return table.astype({"contiguity_order": "Int64"})


def _gradients(cores: tuple[str, ...]) -> pd.DataFrame:
    fits = (("intercept", 11.8, 0.05), ("slope", -0.0031, 0.0007))
    straight = pd.DataFrame(
        [
            {
                "gradient_id": f"gdp_per_capita_{by}",
                "values": "gdp_per_capita",
                "from_id": cores[0],
                "by": by,
                "form": "exponential",
                "coefficient": name,
                "estimate": value,
                "standard_error": error,
                "lower": value - 2 * error,
                "upper": value + 2 * error,
                "r2": 0.61,
                "n": 8,
                "distance_unit": "km" if by == "km" else "min",
                "value_unit": "yuan",
                "note": "",
            }
            for by, (name, value, error) in product(("km", "best"), fits)
        ]
    )
    return pd.concat([straight, bent_rows(cores[0])], ignore_index=True)


def _hinterlands(times: TravelTimes, cores: tuple[str, ...]) -> pd.DataFrame:
    to_cores = times.to_frame()[list(cores)]
    ordered = np.sort(to_cores.to_numpy(), axis=1)
    table = pd.DataFrame(
        {
            "core": to_cores.idxmin(axis=1),
            "travel_time_min": ordered[:, 0],
            "margin_min": ordered[:, 1] - ordered[:, 0],
        },
        index=to_cores.index.rename("adcode"),
    )
    return table.sample(frac=1.0, random_state=11)


def _groups(cities: gpd.GeoDataFrame) -> pd.DataFrame:
    rows = [
        {
            "group_id": code[:2],
            "member_id": code,
            "kind": "province",
            "name_zh": cities.loc[code, "province_zh"],
            "name_en": cities.loc[code, "province_en"],
            "source_id": "boundaries",
        }
        for code in cities.index
    ]
    return shuffled(pd.DataFrame(rows))


def _group_results(groups: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    base = results[results["scenario"].eq("") & results["layer_id"].eq("population")]
    merged = base.merge(groups, left_on="adcode", right_on="member_id", validate="many_to_many")
    keys = ["layer_id", "group_id", "year"]
    table = merged.groupby(keys, as_index=False).agg(
        value=("value", "sum"), n_members=("adcode", "size")
    )
    return table.assign(n_missing=0, confidence="high")


def _sources() -> pd.DataFrame:
    rows = [
        ("boundaries", "城市边界 Boundaries", "国家地理信息公共服务平台", "2024", "CC BY 4.0"),
        ("yearbook", "统计年鉴 Yearbook", "Bureau of Statistics", "2023", "facts"),
        ("network", "铁路网 Railways", "Made up", "2022", "ODbL 1.0"),
        ("plan", "结对方案 Plan of pairs", "Made up", "2021", "public document"),
    ]
    names = ["source_id", "title", "publisher", "vintage", "licence"]
    table = pd.DataFrame(rows, columns=names)
    table["url"] = [f"https://example.org/{source_id}" for source_id in table["source_id"]]
    return table.assign(note="made-up data for tests", datum="CGCS2000")


def _scenarios() -> pd.DataFrame:
    row = ("new_line", "新线开通", "The new line opens", "假想", "Made up")
    return pd.DataFrame([row], columns=["scenario", "title_zh", "title_en", "note_zh", "note_en"])


def _unheard_of(text: str) -> pd.DataFrame:
    """Return a further table, with text of the given kind in it."""
    return pd.DataFrame(
        {"layer_id": ["population", "gdp_growth"], "index": "gini", "value": [0.25, np.nan]}
    ).assign(note=text)


HOSTILE = {
    "cities": ("name_zh", "name_en", "province_zh", "province_en"),
    "layers": (
        "title_zh",
        "title_en",
        "unit",
        "unit_zh",
        "unit_en",
        "meaning_zh",
        "meaning_en",
        "topic_zh",
        "topic_en",
    ),
    "results": ("vintage", "note"),
    "pairs": ("helper_zh", "helper_en", "helped_zh", "helped_en", "scheme", "since"),
    "gradients": ("note", "value_unit"),
    "links": ("name_zh", "name_en", "open_from"),
    "nodes": ("name_zh", "name_en"),
    "groups": ("name_zh", "name_en"),
    "sources": ("title", "publisher", "vintage", "licence", "url", "note", "datum"),
    "scenarios": ("title_zh", "title_en", "note_zh", "note_en"),
}


def _with_text(table: pd.DataFrame, columns: tuple[str, ...], text: str) -> pd.DataFrame:
    return table.assign(**dict.fromkeys(columns, text))


def sample_run(*, hostile: str | None = None, cities: gpd.GeoDataFrame | None = None) -> Run:
    """Return a made-up run.

    ``hostile`` replaces every name, title, unit and source text; ``cities`` (a ``cities`` table)
    replaces the ten made-up cities, and everything else is then made up for those.
    """
    places = sample_cities() if cities is None else cities
    times = sample_times(places)
    land = [code for code in sorted(places.index) if code != ISLAND]
    cores = (land[len(land) // 2], land[0])
    contiguity = sample_contiguity(places)
    nodes = sample_nodes(places)
    results = _results(places)
    groups = _groups(places)
    tables: dict[str, pd.DataFrame] = {
        "cities": places,
        "results": results,
        "layers": _layers(),
        "contiguity": contiguity,
        "pairs": _pairs(places, times, contiguity),
        "gradients": _gradients(cores),
        "hinterlands": _hinterlands(times["best"], cores),
        "links": sample_links(nodes),
        "nodes": nodes,
        "groups": groups,
        "group_results": _group_results(groups, results),
        "sources": _sources(),
        "scenarios": _scenarios(),
    }
    if hostile is not None:
        tables |= {
            name: _with_text(tables[name], columns, hostile) for name, columns in HOSTILE.items()
        }
    say = hostile or ""
    observed = results[results["layer_id"].eq("gdp_per_capita") & results["year"].eq(YEAR)]
    charts = pair_tables(tables["pairs"], note=say) | gradient_tables(
        tables["gradients"], observed.set_index("adcode")["value"], (places, times), note=say
    )
    return Run(
        name="sample",
        title_zh=hostile or "示例地区",
        title_en=hostile or "Sample region",
        year=YEAR,
        times=times,
        cores=cores,
        warnings=(f"{MISSING} has no GDP per head for {YEAR}. {say}".strip(),),
        warnings_zh=(f"{MISSING} 缺少 {YEAR} 年人均地区生产总值。{say}".strip(),),
        provenance={
            "package": "yrdgeo",
            "version": "0",
            "study": "sample",
            "time": "2024-01-02T03:04:05+00:00",
        },
        options={"languages": ["zh", "en"], "crs": "EPSG:4326"},
        tables={"unheard_of": _unheard_of(say), **charts, **region_tables(cores[0], note=say)},
        **tables,  # type: ignore[arg-type]
    )
