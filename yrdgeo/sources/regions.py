"""Region files, and the pairs and groups of cities that plans and statistics name."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyproj import CRS
from pyproj.exceptions import CRSError

from yrdgeo.errors import PlaceError, Problem, StudyError, nearest, raise_problems
from yrdgeo.provenance import data_path
from yrdgeo.sources.names import resolve
from yrdgeo.sources.places import Unit
from yrdgeo.sources.programmes import load_group_names, load_groups, load_pairs, read_pairs

__all__ = [
    "Region",
    "load_group_names",
    "load_groups",
    "load_pairs",
    "load_region",
    "read_pairs",
    "shipped_regions",
]

Row = Mapping[str, object]

# Key → whether it must be there.
REGION_KEYS = {
    **dict.fromkeys(("id", "name_zh", "name_en", "centre", "cores", "crs_area", "members"), True),
    **dict.fromkeys(("level", "source_id", "cores_source_id"), False),
}
BRIDGE_KEYS = {
    **dict.fromkeys(("from", "to"), True),
    **dict.fromkeys(("kind", "name_zh", "name_en", "opened", "counts", "source_id"), False),
}
WATER_KEYS = {
    **dict.fromkeys(("from", "to", "kind"), True),
    **dict.fromkeys(("name_zh", "name_en", "source_id"), False),
}
WATERS = ("river", "lake", "sea")
LEVELS: dict[str, Unit] = {"prefecture": "prefecture", "county": "county"}
TABLES = {"bridge": BRIDGE_KEYS, "water": WATER_KEYS}


@dataclass(frozen=True, slots=True)
class Region:
    """A list of cities with its cores, its equal-area projection and its declared bridges.

    Attributes
    ----------
    members
        Adcodes, in the order of the file.
    centre
        The city from which gradients are measured.
    cores
        The cities whose hinterlands are drawn; the centre is one of them.
    crs_area
        An equal-area CRS in metres, for areas.
    bridges
        Mappings ``from to kind name_zh name_en opened source_id``: links over water that make
        two cities neighbours.
    bridges_not_counted
        Links that are known and do not.
    waters
        Mappings ``from to kind name_zh name_en source_id``: borders that run in a river, a lake
        or the sea.
    level
        What the members are: ``prefecture`` or ``county``.
    """

    id: str
    name_zh: str
    name_en: str
    members: tuple[str, ...]
    centre: str
    cores: tuple[str, ...]
    crs_area: str
    bridges: tuple[Mapping[str, str], ...] = ()
    bridges_not_counted: tuple[Mapping[str, str], ...] = ()
    source_id: str = ""
    cores_source_id: str = ""
    waters: tuple[Mapping[str, str], ...] = ()
    level: Unit = "prefecture"

    def __repr__(self) -> str:
        """Count members, cores and bridges."""
        size = f"{len(self.members)} cities, {len(self.cores)} cores, {len(self.bridges)} bridges"
        return f"Region({self.id!r}: {size})"


def shipped_regions() -> tuple[str, ...]:
    """Return the ids of the shipped regions.

    Examples
    --------
    >>> shipped_regions()
    ('china', 'jjj', 'yrd')
    """
    return tuple(sorted(path.stem for path in data_path("regions").glob("*.toml")))


def load_region(id_or_path: str | Path) -> Region:
    """Load a region: a shipped one by its id, or a TOML file.

    Parameters
    ----------
    id_or_path
        ``"yrd"``, ``"jjj"``, ``"china"``, or the path of a file with a table ``[region]`` and, for
        links over water, tables ``[[bridge]]``. Cities are codes or names; with
        ``level = "county"`` they are counties.

    Returns
    -------
    region
        Everything checked; cities as adcodes.

    Raises
    ------
    StudyError
        If there is no such region, or listing every problem of the file.

    Examples
    --------
    >>> region = load_region("yrd")
    >>> region
    Region('yrd': 41 cities, 6 cores, 1 bridges)
    >>> region.bridges[0]["from"], region.bridges[0]["to"]
    ('330900', '330200')
    """
    path = _path(id_or_path)
    try:
        with path.open("rb") as stream:
            content = tomllib.load(stream)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StudyError(f"{path.name} is no TOML file.", found=str(error)) from error
    raise_problems(_key_problems(content), source=path.name, error=StudyError)
    return _region(content, source=path.name)


def _path(id_or_path: str | Path) -> Path:
    shipped = shipped_regions()
    if str(id_or_path) in shipped:
        return data_path(f"regions/{id_or_path}.toml")
    path = Path(id_or_path)
    if path.is_file():
        return path
    raise StudyError(
        f"There is no region {str(id_or_path)!r}.",
        found="neither a shipped region nor a file",
        fix=nearest(str(id_or_path), shipped),
    )


def _key_problems(content: Row) -> Iterator[Problem]:
    """Find tables and keys that are unknown, missing or of the wrong kind."""
    for name in content:
        if name not in ("region", *TABLES):
            yield Problem("unknown table", value=name, fix=nearest(name, ["region", *TABLES]))
    region = content.get("region")
    if not isinstance(region, dict):
        yield Problem("table [region] is missing")
    else:
        yield from _row_problems(region, REGION_KEYS, "[region]")
    for name, keys in TABLES.items():
        rows = content.get(name, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            yield Problem(f"{name}s are tables [[{name}]]")
            continue
        for number, row in enumerate(rows, start=1):
            yield from _row_problems(row, keys, f"[[{name}]] {number}")


def _row_problems(row: Row, keys: Mapping[str, bool], where: str) -> Iterator[Problem]:
    for key in row:
        if key not in keys:
            yield Problem(f"{where}: unknown key", value=key, fix=nearest(key, list(keys)))
    for key, required in keys.items():
        if required and key not in row:
            yield Problem(f"{where}: key {key!r} is missing")
        elif key in row and not isinstance(row[key], _KIND.get(key, str)):
            kind = (
                "a list" if _KIND.get(key) is list else "true or false" if key in _KIND else "text"
            )
            yield Problem(f"{where}: {key!r} must be {kind}", value=str(row[key]))


_KIND: dict[str, type] = {"members": list, "cores": list, "counts": bool}


def _region(content: dict[str, object], *, source: str) -> Region:
    row = content["region"]
    bridges, waters = content.get("bridge", []), content.get("water", [])
    assert isinstance(row, dict)  # noqa: S101 — _key_problems has seen it
    assert isinstance(bridges, list)  # noqa: S101 — as above
    assert isinstance(waters, list)  # noqa: S101 — as above
    problems: list[Problem] = []
    given = str(row.get("level", "prefecture"))
    if given not in LEVELS:
        fix = nearest(given, list(LEVELS))
        raise_problems(
            [Problem("'level' is not legal", value=given, fix=fix)], source=source, error=StudyError
        )
    level = LEVELS[given]
    members = _cities(row["members"], "members", problems, level)
    cores = _cities(row["cores"], "cores", problems, level)
    centre = _cities([row["centre"]], "centre", problems, level)
    known = set(members)
    problems += _outside([*cores, *centre], known)
    ends = [
        _ends(one, f"[[{name}]] {number}", problems, level)
        for name, rows in (("bridge", bridges), ("water", waters))
        for number, one in enumerate(rows, start=1)
    ]
    problems += _outside([end for pair in ends for end in pair], known)
    problems += [
        Problem(
            "is no kind of water", value=str(one["kind"]), fix=nearest(str(one["kind"]), WATERS)
        )
        for one in waters
        if one["kind"] not in WATERS
    ]
    problems += _crs_problems(str(row["crs_area"]))
    if not members:
        problems.append(Problem("'members' is empty", fix="Name at least one city."))
    raise_problems(problems, source=source, error=StudyError)
    if centre[0] not in cores:
        cores = (centre[0], *cores)
    declared = [
        {"from": pair[0], "to": pair[1], **_words(bridge)}
        for pair, bridge in zip(ends, bridges, strict=False)  # the waters follow
    ]
    wet = [
        {"from": pair[0], "to": pair[1], **_words(water)}
        for pair, water in zip(ends[len(bridges) :], waters, strict=True)
    ]
    used = [bool(bridge.get("counts", True)) for bridge in bridges]
    texts = {key: str(row.get(key, "")) for key in ("id", "name_zh", "name_en", "crs_area")}
    return Region(
        **texts,
        members=members,
        centre=centre[0],
        cores=cores,
        bridges=tuple(row for row, counts in zip(declared, used, strict=True) if counts),
        bridges_not_counted=tuple(
            row for row, counts in zip(declared, used, strict=True) if not counts
        ),
        source_id=str(row.get("source_id", "")),
        cores_source_id=str(row.get("cores_source_id", "")),
        waters=tuple(wet),
        level=level,
    )


def _cities(names: object, key: str, problems: list[Problem], level: Unit) -> tuple[str, ...]:
    """Resolve a list of cities, adding what is wrong with it to the problems."""
    found: list[str] = []
    for name in names if isinstance(names, list) else [names]:
        try:
            adcode = resolve(name, level=level)
        except PlaceError as error:
            problems.append(Problem(f"{key!r}: {error}"))
            continue
        if adcode in found:
            problems.append(Problem(f"{key!r} names a city twice", value=str(name)))
        else:
            found.append(adcode)
    return tuple(found)


def _outside(adcodes: list[str], members: set[str]) -> list[Problem]:
    return [
        Problem("is not one of the members", value=code, fix="Add it to 'members'.")
        for code in dict.fromkeys(adcodes)
        if code not in members
    ]


def _ends(bridge: Row, where: str, problems: list[Problem], level: Unit) -> tuple[str, ...]:
    first, last = (_cities([bridge[end]], where, problems, level) for end in ("from", "to"))
    ends = first + last
    if len(ends) == len({"from", "to"}) and len(set(ends)) == 1:
        problems.append(Problem(f"{where} joins a city to itself", value=ends[0]))
    return ends


def _words(bridge: Row) -> dict[str, str]:
    texts = ("kind", "name_zh", "name_en", "opened", "source_id")
    return {key: str(bridge.get(key, "bridge" if key == "kind" else "")) for key in texts}


def _crs_problems(text: str) -> list[Problem]:
    fix = "Give a projected equal-area CRS, for instance an Albers one (+proj=aea …)."
    try:
        crs = CRS.from_user_input(text)
    except CRSError:
        return [Problem("'crs_area' is no coordinate reference system", value=text, fix=fix)]
    operation = crs.coordinate_operation
    equal_area = operation is not None and "equal area" in operation.method_name.casefold()
    return (
        []
        if equal_area
        else [Problem("'crs_area' is not known to be equal-area", value=text, fix=fix)]
    )
