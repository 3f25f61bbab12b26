"""What a study file names → the checked tables of a study, embedded or the user's own."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd

from yrdgeo.errors import SHOWN, PlaceError, Problem, StudyError, few, raise_problems
from yrdgeo.provenance import SOURCE_COLUMNS, data_path, read_sources, sha256
from yrdgeo.sources import boundaries, catalogue, indicators, programmes, regions
from yrdgeo.sources.corridors import is_file
from yrdgeo.sources.notices import Notice
from yrdgeo.sources.places import Unit, places
from yrdgeo.spec import StudySpec

NAMES = ("en", "zh")
Allowed = tuple[pd.DataFrame, tuple[Notice, ...]]
PROVINCE_GROUP = "province_"  # followed by the code of the province


def region_name(spec: StudySpec) -> str | Path:
    """Return a shipped region's name, or the path of a region file beside the study file."""
    name = str(spec.study["region"])
    return spec.path(name) if name.endswith(".toml") else name


def cities_of(
    spec: StudySpec, region: regions.Region
) -> tuple[gpd.GeoDataFrame, tuple[Notice, ...]]:
    """Return the region's cities, from the user's polygons where there are some."""
    if not spec.boundaries:
        return boundaries.load_cities(region.members, level=region.level)
    if len(spec.boundaries) > 1:
        raise StudyError("A study has one [[boundary]].", found=f"{len(spec.boundaries)}")
    row = spec.boundaries[0]
    return boundaries.read_boundaries(
        spec.path(row["path"]),
        layer=_text(row["layer"]),
        code_column=_text(row["code_column"]),
        name_column=_text(row["name_column"]),
        datum=row["datum"],  # type: ignore[arg-type]  # the schema knows the legal ones
        members=region.members,
        level=region.level,
    )


def catalogue_of(spec: StudySpec) -> dict[str, catalogue.Indicator]:
    """Return the embedded catalogue with the rows of the study's own beside it."""
    own = spec.study["catalogue"]
    return catalogue.load_catalogue(*([spec.path(own)] if own else []))


def indicators_of(
    spec: StudySpec,
    cities: gpd.GeoDataFrame,
    rows: Mapping[str, catalogue.Indicator],
    *,
    level: Unit = "prefecture",
) -> tuple[pd.DataFrame, tuple[Notice, ...]]:
    """Return the embedded values of these cities and the user's own, which come first."""
    embedded = indicators.load_indicators()
    values = embedded[embedded["adcode"].isin(cities.index)]
    told: list[Notice] = []
    for number, row in enumerate(spec.indicators, 1):
        given = {key: value for key, value in row.items() if key != "path" and value is not None}
        own, report = indicators.read_indicators(
            spec.path(row["path"]),
            source_id=f"user_indicator_{number}",
            cities=cities.index,
            catalogue=rows,
            level=level,
            **given,  # type: ignore[arg-type]  # the schema holds the types
        )
        name = Path(str(row["path"])).name
        told += _match_notices(name, report, cities)
        values = indicators.combine(values, own[own["adcode"].isin(cities.index)])
    return values, tuple(told)


def _match_notices(
    name: str, report: indicators.MatchReport, cities: gpd.GeoDataFrame
) -> Iterator[Notice]:
    """Say what a file of the user's lacks, and what of it no city takes."""
    if report.missing:
        absent = cities.loc[list(report.missing)]
        yield Notice(
            f"{name} has no rows of {few(absent['name_en'])}.",
            f"{name}没有{few(absent['name_zh'])}的数据。",
        )
    spare = [*report.extra, *report.skipped]
    if spare:
        yield Notice(
            f"{name}: rows of {few(spare)} are no cities of the region and are left out.",
            f"{name}：{few(spare)}不是本区域的城市，未使用。",
        )
    if report.unread:
        yield Notice(
            f"{name}: the columns {few(report.unread)} are no indicators that are known and are "
            "left out.",
            f"{name}：{few(report.unread)}各列不是已知指标，未使用。",
        )
    if report.without_value:
        yield Notice(
            f"{name}: {len(report.without_value)} cells hold no value "
            f"({few(report.without_value)}).",
            f"{name}：{len(report.without_value)}个单元格没有数值（{few(report.without_value)}）。",
        )


def groups_of(cities: gpd.GeoDataFrame, level: Unit = "prefecture") -> pd.DataFrame:
    """Return the provinces, and the groups whose members are all cities of the study, by name.

    A group of which the study knows a part must not be summed under its own name; nor must a
    province, so a region with a part of one gets no row for it.
    """
    groups = programmes.load_groups()
    known = groups["member_id"].isin(cities.index).groupby(groups["group_id"]).transform("all")
    named = programmes.load_group_names()[["name_zh", "name_en"]]
    whole = groups[known].join(named, on="group_id")
    return pd.concat([whole, _provinces(cities, level)], ignore_index=True)


def _provinces(cities: gpd.GeoDataFrame, level: Unit) -> pd.DataFrame:
    code = cities.index.str[:2]
    everywhere = pd.Index(places(level)).str[:2].value_counts()
    here = pd.Index(code).value_counts()
    whole = here.index[here == everywhere.reindex(here.index)]
    members = cities[code.isin(whole)]
    return pd.DataFrame(
        {
            "group_id": PROVINCE_GROUP + members.index.str[:2] + "0000",
            "member_id": members.index,
            "kind": "province",
            "name_zh": members["province_zh"],
            "name_en": members["province_en"],
            "source_id": members.get("source_id", ""),
        }
    ).fillna("")


def pairs_of(
    spec: StudySpec, level: Unit = "prefecture"
) -> tuple[pd.DataFrame, tuple[Notice, ...]]:
    """Return the pairs of the user's table or of a shipped scheme; none if neither is named.

    A province has no seat and no rank among cities: its pairs are left out and named.
    """
    if spec.pairs["path"] is not None:
        pairs = programmes.read_pairs(spec.path(spec.pairs["path"]))
    else:
        scheme = _text(spec.pairs["scheme"])
        pairs = programmes.load_pairs(scheme) if scheme else programmes.load_pairs().iloc[:0]
    pairs = _at_level(pairs, level)
    wide = pairs["helper_city"].eq("") | pairs["helped_city"].eq("")
    if not wide.any():
        return pairs, ()
    left = pairs[wide]
    en, zh = ((left[f"helper_{one}"] + "–" + left[f"helped_{one}"]).tolist() for one in NAMES)
    notice = Notice(
        f"{len(left)} of {len(pairs)} pairs are of provinces and left out: {few(en)}.",
        f"{len(pairs)}对结对中有{len(left)}对为省际结对，未纳入：{'、'.join(zh[:SHOWN])}"
        f"{'等' * (len(zh) > SHOWN)}。",
    )
    return pairs[~wide].reset_index(drop=True), (notice,)


def allowed_of(spec: StudySpec, cities: gpd.GeoDataFrame, level: Unit) -> Allowed:
    """Return the pairs that the user's table allows; none if the study names no table.

    Raises
    ------
    PlaceError
        Listing every province, which has no seat; or as :func:`programmes.read_pairs`.
    """
    if spec.pairs["allowed"] is None:
        return pd.DataFrame({"helper_city": [], "helped_city": []}, dtype=str), ()
    path = spec.path(spec.pairs["allowed"])
    table = _at_level(programmes.read_pairs(path), level)
    problems = [
        Problem("is a province", row, end, str(code), "Name its cities, a row each.")
        for end in ("helper", "helped")
        for row, (city, code) in enumerate(
            zip(table[f"{end}_city"], table[f"{end}_id"], strict=True), start=2
        )
        if not city
    ]
    raise_problems(problems, source=path.name, error=PlaceError)
    ends = table[["helper_city", "helped_city"]]
    outside = ~ends.isin(cities.index).all(axis=1)
    if not outside.any():
        return ends, ()
    zh, en = (
        (table[f"helper_{one}"] + "–" + table[f"helped_{one}"])[outside] for one in NAMES[::-1]
    )
    return ends, (
        Notice(
            f"{path.name}: {outside.sum()} of {len(ends)} allowed pairs lie outside the region and "
            f"have no effect: {few(en)}.",
            f"{path.name}：{len(ends)}对允许的配对中有{outside.sum()}对不在本区域内，不起作用："
            f"{'、'.join(zh.iloc[:SHOWN])}{'等' * (len(zh) > SHOWN)}。",
        ),
    )


def _at_level(pairs: pd.DataFrame, level: Unit) -> pd.DataFrame:
    """Let the ends of pairs of counties stand for themselves, not for their prefectures."""
    if level != "county":
        return pairs
    own = {f"{end}_city": pairs[f"{end}_id"] for end in ("helper", "helped")}
    return pairs.assign(**{name: code.where(pairs[name] != "", "") for name, code in own.items()})


def _text(value: object) -> str | None:
    return str(value) if value else None


def sources_of(spec: StudySpec) -> pd.DataFrame:
    """Return every shipped source, and a row for each file that the user brought."""
    files = [("user_catalogue", spec.study["catalogue"])]
    files += [("user_boundary", row["path"]) for row in spec.boundaries]
    files += [(f"user_indicator_{n}", row["path"]) for n, row in enumerate(spec.indicators, 1)]
    files += [("user_network", spec.network[key]) for key in ("nodes", "links")]
    files += [("user_roads", spec.network["osm"])]
    files += [("user_timetable", spec.network[key]) for key in ("timetable", "stations", "gtfs")]
    files += [
        (f"user_scenario_{row['name']}", row[key])
        for row in spec.scenarios
        for key in ("add", "add_nodes")
    ]
    files += [("user_pairs", spec.pairs["path"]), ("user_allowed_pairs", spec.pairs["allowed"])]
    lines = {str(row["corridor"]) for row in spec.gradients if is_file(row["corridor"])}
    files += [("user_corridor", name) for name in sorted(lines)]
    rows = [
        {
            "source_id": source_id,
            "title": Path(str(name)).name,
            "publisher": "the user's own file",
            "title_zh": Path(str(name)).name,
            "publisher_zh": "用户自有文件",
            "note": f"sha256 {sha256(spec.path(name))}",
        }
        for source_id, name in files
        if name
    ]
    return pd.concat([read_all_sources(), pd.DataFrame(rows)], ignore_index=True).fillna("")


def read_all_sources() -> pd.DataFrame:
    """Return the rows of every shipped source, with the columns of ``SOURCE_COLUMNS``."""
    files = [data_path("boundaries/SOURCES.toml"), *sorted(data_path("sources").glob("*.toml"))]
    rows = {key: row for path in files for key, row in read_sources(path).items()}
    table = pd.DataFrame([{"source_id": key, **row} for key, row in rows.items()])
    return table.reindex(columns=list(SOURCE_COLUMNS)).fillna("")
