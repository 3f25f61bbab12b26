"""OpenStreetMap of an area, asked of an Overpass server through OSMnx.

Promise: no request leaves the machine unless :func:`from_overpass` is called, and none is made
for what the cache holds; a busy server is given time, and not for ever. Answers that make no
network are not kept.
"""

import os
import socket
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np
from shapely.geometry import MultiPolygon, Polygon

from yrdgeo.errors import ArgumentError, MissingPackageError, SourceError, few
from yrdgeo.provenance import package_version
from yrdgeo.sources.osm import OsmNetwork, network_of_ways
from yrdgeo.sources.osm_file import Tell
from yrdgeo.sources.osm_speeds import SPEED_KEYS
from yrdgeo.sources.osm_tags import NetworkKind, Rules, rules
from yrdgeo.sources.osm_trails import Graph, ways_of_graph

if TYPE_CHECKING:
    import requests

Area = str | Polygon | MultiPolygon

BUSY = frozenset({429, 502, 503, 504})
REFUSED = 400
LONGEST_PAUSE_S = 600.0
_SETTINGS = Lock()  # OSMnx has one set of settings a process
_WAY_TAGS = (
    "highway",
    "railway",
    "route",
    "oneway",
    "junction",
    *SPEED_KEYS,
    "access",
    "vehicle",
    "motor_vehicle",
    "motorcar",
    "area",
    "highspeed",
    "usage",
    "service",
    "duration",
    "name",
    "name:zh",
    "name:zh-Hans",
    "name:en",
    "ref",
)


@dataclass(frozen=True, slots=True)
class Server:
    """Where and how politely to ask.

    Attributes
    ----------
    overpass_url, nominatim_url
        Servers for ways and for place names.
    cache_folder
        Answers are kept here; ``yrdgeo/osm`` in the user's cache folder if None.
    contact
        An address that the server's keepers can write to; part of the user agent.
    retries
        How often to ask again when the server is busy.
    pause_s
        Seconds before the first retry, doubled for each further one; the server's own
        ``Retry-After`` goes first.
    timeout_s
        Seconds to wait for an answer.
    """

    overpass_url: str = "https://overpass-api.de/api"
    nominatim_url: str = "https://nominatim.openstreetmap.org/"
    cache_folder: Path | None = None
    contact: str = ""
    retries: int = 4
    pause_s: float = 15.0
    timeout_s: float = 180.0

    def __post_init__(self) -> None:
        """Refuse what no server can be asked with."""
        rules = [
            *(
                (
                    urlsplit(url).scheme in {"http", "https"} and bool(urlsplit(url).hostname),
                    repr(url),
                )
                for url in (self.overpass_url, self.nominatim_url)
            ),
            (self.retries >= 0 and self.retries % 1 == 0, f"retries = {self.retries!r}"),
            (0 <= self.pause_s <= LONGEST_PAUSE_S, f"pause_s = {self.pause_s!r}"),
            (0 < self.timeout_s < np.inf, f"timeout_s = {self.timeout_s!r}"),
        ]
        wrong = [found for good, found in rules if not good]
        if wrong:
            raise ArgumentError(
                "A server needs addresses with http or https, 0 or more retries and seconds.",
                found=few(wrong),
                fix=f"A pause has at most {LONGEST_PAUSE_S:g} s, an answer some time.",
            )

    @property
    def user_agent(self) -> str:
        """What the server is told of who asks."""
        contact = "".join(sign for sign in self.contact if sign.isprintable() and sign.isascii())
        return f"yrdgeo/{package_version()} (Python package" + (f"; {contact})" if contact else ")")

    @property
    def cache(self) -> Path:
        """The folder where answers are kept."""
        home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        return self.cache_folder or Path(home) / "yrdgeo" / "osm"


class _BusyError(Exception):
    """The server asks for patience."""

    def __init__(self, status: str, pause_s: float | None) -> None:
        super().__init__(status)
        self.pause_s = pause_s


def from_overpass(
    area: Area,
    *,
    network: NetworkKind = "road",
    speeds: str | Mapping[str, float] = "cn",
    classes: Collection[str] | None = None,
    server: Server | None = None,
    progress: Tell | None = None,
) -> OsmNetwork:
    """Ask an Overpass server for the roads or railways of an area.

    Parameters
    ----------
    area
        A polygon in EPSG:4326, or the name of a place, which is looked up in Nominatim.
    network, speeds, classes
        As in :func:`yrdgeo.sources.osm.read_osm`.
    server
        Where to ask; the public servers if None. For more than a city read an extract instead.
    progress
        Is given a sentence for each request, answer and pause.

    Returns
    -------
    network
        As :func:`yrdgeo.sources.osm.read_osm` gives it; ways end where they leave the area.

    Raises
    ------
    SourceError
        If a server cannot be reached, stays busy, refuses, or has no such way in the area.
    ArgumentError
        If the area is no polygon, or the network, a class or a speed is not legal.
    """
    chosen = rules(network, speeds=speeds, classes=classes)
    asked = server or Server()
    tell = progress or _silent
    place = area if isinstance(area, str) and area.strip() else _polygon(area)
    with _SETTINGS, _settings(asked, tell):
        graph = _patiently(place, chosen, asked, tell)
    ways = ways_of_graph(graph, chosen)
    return network_of_ways(ways, source=area if isinstance(area, str) else "the area")


def _silent(_sentence: str) -> None:
    """Say nothing."""


def _polygon(area: object) -> Polygon | MultiPolygon:
    if isinstance(area, Polygon | MultiPolygon) and area.is_valid and not area.is_empty:
        west, south, east, north = area.bounds
        if -180 <= west <= east <= 180 and -90 <= south <= north <= 90:  # noqa: PLR2004 — the globe
            return area
    raise ArgumentError(
        "The area must be a valid polygon in degrees, or a place's name.",
        found=str(area)[:80],
        fix="Give a shapely Polygon in EPSG:4326, longitude first.",
    )


def _filters(rule: Rules) -> list[str]:
    """Return the way filters of the query, in Overpass's language."""
    if rule.network == "rail":
        return ['["railway"="rail"]']
    names = [name for name in rule.speeds if name != "ferry"]
    filters = [f'["highway"~"^({"|".join(names)})$"]'] if names else []
    return [*filters, '["route"="ferry"]'] if "ferry" in rule.speeds else filters


def _patiently(place: Area, rule: Rules, server: Server, tell: Tell) -> Graph:
    """Ask until there is an answer, waiting longer each time; what was answered is in the cache."""
    for attempt in range(server.retries + 1):
        try:
            return _ask(place, rule, server.cache)
        except _BusyError as busy:
            if attempt == server.retries:
                raise SourceError(
                    f"The server stayed busy for {attempt + 1} requests.",
                    found=str(busy),
                    fix="Try again later, ask for less, or read an extract (.osm.pbf).",
                ) from busy
            usual = server.pause_s * 2.0**attempt
            pause = min(usual if busy.pause_s is None else busy.pause_s, LONGEST_PAUSE_S)
            tell(f"{busy}: asking again in {pause:g} s")
            time.sleep(pause)
    raise AssertionError("unreachable")  # pragma: no cover — the last attempt returns or raises


def _ask(place: Area, rule: Rules, cache: Path) -> Graph:
    import osmnx  # noqa: PLC0415 — only the online reader needs it
    import requests  # noqa: PLC0415

    before = set(cache.glob("*.json"))
    try:
        area = place if not isinstance(place, str) else _looked_up(place)
        graph: Graph = osmnx.graph_from_polygon(
            area,
            custom_filter=_filters(rule),
            simplify=False,
            retain_all=True,
            truncate_by_edge=True,
        )
    except requests.exceptions.Timeout as error:
        raise _BusyError("no answer in time", None) from error
    except requests.exceptions.RequestException as error:
        raise SourceError(
            "The OpenStreetMap server cannot be reached.",
            found=str(error)[:200],
            fix="Check the connection and the server's address, or read an extract (.osm.pbf).",
        ) from error
    # What OSMnx raises for empty or odd answers.
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        # It keeps them before it looks into them; the next call is to ask again.
        for kept in set(cache.glob("*.json")) - before:
            kept.unlink(missing_ok=True)
        raise SourceError(
            "The OpenStreetMap server's answer holds no such network.",
            found=str(error)[:200],
            fix="Check the area, the network ('road' or 'rail') and the classes.",
        ) from error
    return graph


def _looked_up(name: str) -> Polygon | MultiPolygon:
    import osmnx  # noqa: PLC0415

    return _polygon(osmnx.geocode_to_gdf(name).geometry.iloc[0])


@contextmanager
def _settings(server: Server, tell: Tell) -> Iterator[None]:
    """Lend OSMnx our settings, and put back its own and the resolver that it exchanges."""
    try:
        from osmnx import settings  # noqa: PLC0415
    except ImportError as error:
        raise MissingPackageError("osmnx is not installed.", fix="pip install osmnx") from error
    ours = {
        "overpass_url": server.overpass_url,
        "nominatim_url": server.nominatim_url,
        "overpass_rate_limit": False,  # its status request waits a minute where there is none
        "doh_url_template": None,  # no names are asked of a third party
        "use_cache": True,
        "cache_folder": server.cache,
        "http_user_agent": server.user_agent,
        "http_referer": "",
        "requests_timeout": server.timeout_s,
        "requests_kwargs": {"hooks": {"response": _Listener(tell)}},
        "all_oneway": True,
        "useful_tags_way": [*_WAY_TAGS],
        "useful_tags_node": ["railway", "name", "name:zh"],
    }
    theirs = {name: getattr(settings, name) for name in ours}
    resolver = socket.getaddrinfo
    try:
        for name, value in ours.items():
            setattr(settings, name, value)
        yield
    finally:
        socket.getaddrinfo = resolver
        for name, value in theirs.items():
            setattr(settings, name, value)


@dataclass(frozen=True, slots=True)
class _Listener:
    """Sees each answer before OSMnx, which would retry a busy server without end."""

    tell: Tell

    def __call__(self, answer: "requests.Response", **_: object) -> None:
        status = f"{answer.status_code} {answer.reason}"
        self.tell(
            f"{answer.request.method} {answer.url.split('?')[0]}: {status}, "
            f"{len(answer.content) / 1e6:.1f} MB"
        )
        if answer.status_code in BUSY:
            after = answer.headers.get("Retry-After", "")
            raise _BusyError(status, float(after) if after.isdecimal() else None)
        if answer.status_code >= REFUSED:
            raise SourceError(
                "The OpenStreetMap server refused the request.",
                found=f"{status}: {answer.text[:200]}",
                fix="Check the server's address and the area.",
            )
        # Overpass reports its own time-out in an answer that looks complete.
        tail = answer.content[-2000:]
        if b'"remark"' in tail and b"error" in tail:
            raise SourceError(
                "The OpenStreetMap server gave up half-way.",
                found=tail[tail.index(b'"remark"') :].decode("utf-8", "replace")[:200],
                fix="Ask for a smaller area, or read an extract (.osm.pbf).",
            )
