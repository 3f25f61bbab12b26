"""What ``[network]`` and ``[[scenario]]`` of a study file name → checked tables.

Promise: a key that says nothing because of another is an error, never ignored.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import geopandas as gpd
import pandas as pd

from yrdgeo.errors import Problem, StudyError, YrdGeoError, nearest, raise_problems
from yrdgeo.schema import SCHEMA, Row
from yrdgeo.sources import networks, regions
from yrdgeo.sources.china_roads import china_roads
from yrdgeo.sources.door_to_door import (
    CHANGE_KM,
    CHANGE_MIN,
    Asked,
    DoorToDoor,
    door_to_door,
    journeys_notice,
)
from yrdgeo.sources.network_changes import NetworkChange, change_problems, changed, renamed
from yrdgeo.sources.network_files import read_links, read_nodes
from yrdgeo.sources.notices import Notice
from yrdgeo.sources.osm_clean import OsmReport
from yrdgeo.sources.osm_tags import class_names
from yrdgeo.sources.osm_turns import no_turns
from yrdgeo.sources.own_networks import (
    OwnRoads,
    mode_problems,
    osm_roads,
    table_networks,
    with_cities,
)
from yrdgeo.sources.scheduled_trains import (
    Service,
    boarding_of,
    rides_notice,
    scheduled_trains,
)
from yrdgeo.spec import StudySpec

Tables = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]

EMBEDDED_ROADS = ("yrd",)
OWN_TABLES = ("nodes", "links")
TIMETABLES = ("timetable", "gtfs")
FASTEST_KMH = 1_500.0
# Of journeys with changes the direct rides are drawn.
LINK_STATISTICS = {"fastest": "fastest", "typical": "typical", "scheduled": "typical"}


@dataclass(frozen=True, slots=True, eq=False)
class StudyNetworks:
    """The trains and the roads of a study with all their dates, and what there is to say.

    Attributes
    ----------
    rail, roads
        Nodes and links.
    turns
        Turns that the roads prohibit.
    notices
        What the readers have to say.
    report
        Of an OpenStreetMap file.
    travel
        Journeys by timetable, if the study asks for them.
    """

    rail: Tables
    roads: Tables
    turns: pd.DataFrame = field(default_factory=no_turns)
    notices: tuple[Notice, ...] = ()
    report: OsmReport | None = None
    travel: DoorToDoor | None = None


def timed_as_given(network: Row) -> bool:
    """Tell whether the trains bring their own minutes, so that no time model is laid on them."""
    return any(network[key] for key in ("links", *TIMETABLES))


def access_fixed_min(network: Row, usual: float) -> float | None:
    """Return the fixed minutes at an end of a journey where rides pay for boarding, else None."""
    if network["travel"] or not any(network[key] for key in TIMETABLES):
        return None
    return boarding_of(transfer_min(network), usual)[1]


def transfer_min(network: Row) -> float:
    """Return the minutes of a change: less of them where its wait is known."""
    least = CHANGE_MIN if network["travel"] else None
    given = network["transfer_min"]
    return networks.parameters({"transfer_min": least if given is None else given}).transfer_min


def networks_of(spec: StudySpec, region: regions.Region, cities: gpd.GeoDataFrame) -> StudyNetworks:
    """Return the trains and the roads of a study.

    The user's own tables replace all embedded ones; ``osm`` replaces the roads, ``timetable`` or
    ``gtfs`` the trains. Without them a region beyond the delta has the roads of the extra
    ``china`` and no trains.

    Raises
    ------
    StudyError
        Listing every key of ``[network]`` that contradicts another, or naming the file that is
        bad, its key, and the remedy.
    """
    row = spec.network
    raise_problems(_contradictions(row), source="[network]", error=StudyError)
    if row["nodes"]:
        with _key("nodes, links"):
            files = spec.path(row["nodes"]), spec.path(row["links"])
            rail, own = table_networks(*files, cities, limit_km=_number(row["snap_limit_km"]))
        return StudyNetworks(rail, own.tables, own.turns, own.notices)
    modes: Sequence[str] = row["modes"]  # type: ignore[assignment]  # the schema says list
    key = next((name for name in TIMETABLES if row[name]), "")
    if not key:
        rail, said, travel = (*_embedded_trains(region, modes), None)
    else:
        with _key(f"[network] {key}"):
            rail, said, travel = _scheduled(spec, key, cities)
    own = _roads(spec, region, cities, modes)
    notices = (*said, *own.notices)
    return StudyNetworks(rail, own.tables, own.turns, notices, own.report, travel)


def _number(value: object) -> float:
    return float(str(value))


@contextmanager
def _key(name: str) -> Iterator[None]:
    """Say which key of the study file an error is about."""
    try:
        yield
    except YrdGeoError as error:
        raise type(error)(f"{name}: {error.what}", found=error.found, fix=error.fix) from error


def _contradictions(row: Row) -> Iterator[Problem]:
    given = [key for key in (*OWN_TABLES, "osm", *TIMETABLES) if row[key]]
    modes: Sequence[str] = row["modes"]  # type: ignore[assignment]  # the schema says list
    if bool(row["nodes"]) != bool(row["links"]):
        missing = "links" if row["nodes"] else "nodes"
        yield Problem("is missing", 0, missing, "", "Own tables are both nodes = … and links = ….")
    if row["links"] and len(given) > len(OWN_TABLES):
        fix = "They are trains and roads at once: leave out the other files, or the tables."
        yield Problem("stands beside nodes and links", 0, given[-1], str(row[given[-1]]), fix)
    if row["timetable"] and row["gtfs"]:
        yield Problem("stands beside timetable", 0, "gtfs", str(row["gtfs"]), "Choose one.")
    if row["stations"] and not row["timetable"]:
        fix = "Give timetable = …; a GTFS feed has its own stations."
        yield Problem("belongs to a timetable", 0, "stations", str(row["stations"]), fix)
    yield from _unused(row, modes)
    yield from _travel_problems(row)


def _unused(row: Row, modes: Sequence[str]) -> Iterator[Problem]:
    for key, mode in (("osm", "road"), ("timetable", "rail"), ("gtfs", "rail")):
        if row[key] and mode not in modes:
            fix = f"Add {mode!r} to modes."
            yield Problem(f"is of no use without mode {mode!r}", 0, key, str(row[key]), fix)
    legal = class_names("road")
    for name in row["osm_classes"]:  # type: ignore[attr-defined]  # the schema says list
        if name not in legal:
            yield Problem("is no class of road", 0, "osm_classes", name, nearest(name, legal))


def _travel_problems(row: Row) -> Iterator[Problem]:
    if row["travel"] and not any(row[key] for key in TIMETABLES):
        fix = "Give timetable = … or gtfs = …."
        yield Problem("needs a timetable", 0, "travel", str(row["travel"]), fix)
    if row["travel"] and row["rail_model"] != SCHEMA["network"]["rail_model"].default:
        fix = "travel says which journeys count: leave it out."
        yield Problem("is of no use beside travel", 0, "rail_model", str(row["rail_model"]), fix)
    for key in ("max_transfers", "change_km"):
        if row[key] is not None and not row["travel"]:
            fix = "Give travel = …, or leave it out."
            yield Problem("is of no use without travel", 0, key, str(row[key]), fix)


def _is_covered(region: regions.Region) -> bool:
    """Tell whether the shipped trains and roads hold for a region: the delta or cities of it."""
    if region.id in EMBEDDED_ROADS:
        return True
    shipped = (set(regions.load_region(name).members) for name in EMBEDDED_ROADS)
    return region.level == "prefecture" and any(set(region.members) <= one for one in shipped)


def _embedded_trains(
    region: regions.Region, modes: Sequence[str]
) -> tuple[Tables, tuple[Notice, ...]]:
    trains = networks.load_nodes(), networks.load_links()
    if _is_covered(region):
        return trains, ()
    if "rail" in modes:
        raise StudyError(
            f"Region {region.id!r} has no embedded railways.",
            fix='Write modes = ["road"] in [network], or bring a timetable, gtfs, or nodes and '
            "links.",
        )
    return (trains[0].iloc[:0], trains[1].iloc[:0]), ()


def _scheduled(
    spec: StudySpec, key: str, cities: gpd.GeoDataFrame
) -> tuple[Tables, tuple[Notice, ...], DoorToDoor | None]:
    """Return the direct rides of a timetable, what there is to say, and the journeys asked for."""
    row, path = spec.network, spec.path(spec.network[key])
    travel = str(row["travel"])
    # The names of its models are checked with the questions.
    access = {name: value for name, value in row.items() if name.startswith("access_")}
    usual, least = networks.parameters(access), transfer_min(row)
    service = Service(
        date=str(row["date"] or ""),
        period=str(row["period"]),
        statistic=LINK_STATISTICS.get(travel, str(row["rail_model"])),
        boarding_min=least if travel else boarding_of(least, usual.access_fixed_min)[0],
        datum=str(row["datum"]),
    )
    places = spec.path(row["stations"]) if row["stations"] else None
    found = scheduled_trains(path, cities, stations=places, service=service)
    if not travel:
        return found.tables, (*found.notices, rides_notice(path, found, service)), None
    most, apart = row["max_transfers"], row["change_km"]
    asked = Asked(
        travel,
        service.period,
        least,
        max_transfers=None if most is None else int(str(most)),
        # The stops of a feed's buses are many, and its own transfers join them.
        change_km=_number(apart) if apart is not None else CHANGE_KM if key != "gtfs" else 0.0,
    )
    journeys = door_to_door(found.timetable, cities, asked, parameters=usual)
    return found.tables, (*found.notices, journeys_notice(path, journeys, found.beyond)), journeys


def _roads(
    spec: StudySpec, region: regions.Region, cities: gpd.GeoDataFrame, modes: Sequence[str]
) -> OwnRoads:
    row = spec.network
    if row["osm"]:
        classes: Sequence[str] = row["osm_classes"]  # type: ignore[assignment]  # as above
        with _key("[network] osm"):
            return osm_roads(
                spec.path(row["osm"]),
                cities,
                speeds=str(row["osm_speeds"]),
                classes=classes or None,
                limit_km=_number(row["snap_limit_km"]),
            )
    roads = networks.load_roads()
    if _is_covered(region):
        return OwnRoads(roads)
    if "road" not in modes:
        return OwnRoads((roads[0].iloc[:0], roads[1].iloc[:0]))
    notice = Notice(
        "The roads are OpenStreetMap as it comes: no missing crossing was looked for.",
        "公路为OpenStreetMap原始路网：未核查缺失的跨江跨海通道。",
    )
    return OwnRoads(china_roads(cities), notices=(notice,))


def scenarios_of(
    spec: StudySpec, found: StudyNetworks, cities: gpd.GeoDataFrame
) -> dict[str, NetworkChange]:
    """Return the scenarios of a study by name, checked against its network.

    Raises
    ------
    StudyError
        Listing every line that the network does not have.
    TableError
        Listing every problem of a file of new lines.
    """
    changes = {}
    problems: list[Problem] = []
    date = str(spec.network["date"] or spec.study["year"])
    for number, row in enumerate(spec.scenarios, 1):
        where = f"[[scenario]] {number}"
        problems += _scenario_problems(row, where)
        if problems:
            continue
        change = _change(spec, row, found, cities)
        problems += change_problems(found.rail, found.roads, change, date=date, where=where)
        if (
            found.travel
            and changed(found.rail, found.roads, change, date=date)[0] is not found.rail
        ):
            fix = "Leave travel out of [network], or change nothing but roads."
            problems.append(Problem("changes trains that run by the clock", 0, where, "", fix))
        changes[change.name] = change
    raise_problems(problems, source="scenarios", error=StudyError)
    return changes


def _scenario_problems(row: Row, where: str) -> Iterator[Problem]:
    if not any(row[key] for key in ("open", "close", "speed", "add")):
        fix = "Give open, close, speed or add."
        yield Problem("changes nothing", 0, where, str(row["name"]), fix)
    if row["add_nodes"] and not row["add"]:
        yield Problem("adds stations without a line", 0, f"{where} add_nodes", "", "Give add.")
    speeds: dict[str, object] = row["speed"] or {}  # type: ignore[assignment]  # a table
    for name, kmh in speeds.items():
        is_number = isinstance(kmh, int | float) and not isinstance(kmh, bool)
        if not is_number or not 0 < float(str(kmh)) <= FASTEST_KMH:
            fix = f"A number above 0 and at most {FASTEST_KMH:g}."
            yield Problem("is no speed in km/h", 0, f"{where} speed {name}", str(kmh), fix)


def _change(
    spec: StudySpec, row: Row, found: StudyNetworks, cities: gpd.GeoDataFrame
) -> NetworkChange:
    change = NetworkChange(
        str(row["name"]),
        str(row["title_zh"] or row["name"]),
        str(row["title_en"] or row["name"]),
        open=tuple(row["open"]),  # type: ignore[arg-type]  # the schema says list
        close=tuple(row["close"]),  # type: ignore[arg-type]  # as above
        speed=row["speed"],  # type: ignore[arg-type]  # a table of numbers, checked
    )
    if not row["add"]:
        return change
    nodes = None
    with _key(f"[[scenario]] {change.name}"):
        known = [found.rail[0], found.roads[0], networks.seat_nodes(cities)]
        if row["add_nodes"]:
            nodes = with_cities(read_nodes(spec.path(row["add_nodes"])), cities)
            known.insert(0, nodes)
        whole = gpd.GeoDataFrame(pd.concat(known, ignore_index=True))
        links = read_links(spec.path(row["add"]), whole[~whole["node_id"].duplicated()])
        raise_problems(mode_problems(links), source=spec.path(row["add"]).name)
    links["source_id"] = f"user_scenario_{change.name}"
    return renamed(replace(change, nodes=nodes, links=links), links)
