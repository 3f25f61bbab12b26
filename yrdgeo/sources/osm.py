"""OpenStreetMap files → nodes and links of the hallway.

Promise: nothing is asked of the network; a way that cannot be used is counted, never guessed.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np

from yrdgeo.errors import ArgumentError, SourceError
from yrdgeo.sources.osm_clean import (
    COUNTED,
    ISSUES,
    TURN_ISSUES,
    Connection,
    OsmNetwork,
    OsmReport,
    clean,
    report,
)
from yrdgeo.sources.osm_file import Tell, Ways, read_ways
from yrdgeo.sources.osm_links import Bbox, split
from yrdgeo.sources.osm_merge import merge
from yrdgeo.sources.osm_tags import NetworkKind, rules
from yrdgeo.sources.osm_turns import Found, read_restrictions, turn_nodes, turns_of

__all__ = [
    "ISSUES",
    "OsmNetwork",
    "OsmReport",
    "clean",
    "network_of_ways",
    "network_tables",
    "read_osm",
]

_CORNERS = 4


def read_osm(
    path: Path | str,
    *,
    network: NetworkKind = "road",
    bbox: Bbox | None = None,
    speeds: str | Mapping[str, float] = "cn",
    classes: Collection[str] | None = None,
    progress: Tell | None = None,
) -> OsmNetwork:
    """Read a road or rail network from an OpenStreetMap file.

    Ways are cut where they meet, and joined where nothing else meets them and they do not differ
    (:func:`yrdgeo.sources.osm_merge.merge`). ``oneway`` is read (also −1), and implied by
    motorways and roundabouts. The speed is ``maxspeed`` or, where that is absent, unreadable or
    implausible, that of the class. Turn restrictions are read for roads. Roads closed to the
    public are left out; barriers and conditions by time of day are not read. A way some of whose
    nodes the file lacks is skipped.

    Parameters
    ----------
    path
        ``.osm.pbf``, ``.osm``, ``.osm.gz``, ``.osm.bz2`` or ``.opl``.
    network
        ``road`` (modes ``expressway``, ``road``, ``ferry``) or ``rail`` (``railway=rail``; mode
        ``hsr`` where ``highspeed=yes``, else ``rail``).
    bbox
        West, south, east, north in degrees; links with a vertex in the box are kept.
    speeds
        A country (``cn de fi fr gb jp us``, else ``default``), or a speed in km/h for each class.
    classes
        Which classes to take; see :func:`yrdgeo.sources.osm_tags.rules`.
    progress
        Is given a sentence now and then.

    Returns
    -------
    network
        Nodes, links, prohibited turns and the report. ``length_km`` is geodesic on WGS 84.

    Raises
    ------
    SourceError
        If the file is absent or damaged, or holds no such way (in the box).
    ArgumentError
        If the network, a class, a speed or the box is not legal.

    Examples
    --------
    >>> path = folder / "two.osm"
    >>> _ = path.write_text('''<osm version="0.6">
    ... <node id="1" lon="120.0" lat="31.0"/><node id="2" lon="120.1" lat="31.0"/>
    ... <way id="7"><nd ref="1"/><nd ref="2"/><tag k="highway" v="motorway"/></way></osm>''')
    >>> roads = read_osm(path)
    >>> roads
    OsmNetwork(2 nodes, 1 links)
    >>> roads.links[["link_id", "mode", "oneway", "speed_kmh"]].values.tolist()
    [['w7-0', 'expressway', True, 100.0]]
    >>> round(float(roads.links["length_km"].iloc[0]), 3)
    9.55
    """
    chosen = rules(network, speeds=speeds, classes=classes)
    box = None if bbox is None else _checked(bbox)
    file = Path(path)
    tell = progress or _silent
    ways = read_ways(file, chosen, tell=tell)
    restrictions = None
    if network == "road":
        tell(f"{file.name}: turn restrictions")
        restrictions = read_restrictions(file)
    return network_of_ways(ways, bbox=box, source=file.name, restrictions=restrictions)


def network_of_ways(
    ways: Ways, *, bbox: Bbox | None = None, source: str, restrictions: Found | None = None
) -> OsmNetwork:
    """Cut ways into a network and report on it.

    Parameters
    ----------
    ways
        Ways and the nodes they run through.
    bbox
        West, south, east, north in degrees.
    source
        What the ways are from, for the message.
    restrictions
        What :func:`yrdgeo.sources.osm_turns.read_restrictions` returned.

    Returns
    -------
    network
        With at least one link.

    Raises
    ------
    SourceError
        If no link is left.
    """
    cut = split(ways, bbox=bbox)
    if cut.links.empty:
        raise SourceError(
            f"{source} has no usable way" + (" in the box." if bbox else "."),
            found=f"{len(ways.way_id)} ways, {len(cut.missing)} of them with missing nodes"
            + _extent(ways),
            fix="Compare the box with that extent (west, south, east, north), or take an extract "
            "with complete ways.",
        )
    found, left_out = restrictions or ([], Counter[str]())
    turns, applied = turns_of(found, cut.links)
    merged = merge(cut.nodes, cut.links, keep=turn_nodes(turns, cut.links))
    for end in ("from_link", "to_link"):
        turns[end] = turns[end].map(lambda link: merged.became.get(link, link)).astype(object)
    skipped = {name: ways.left_out.get(name, 0) for name in COUNTED}
    skipped |= {"short": cut.short, "loop": cut.loops}
    skipped |= {name: left_out.get(name, 0) + applied.get(name, 0) for name in TURN_ISSUES}
    said = report(merged.nodes, merged.links, skipped=skipped, missing=cut.missing)
    return OsmNetwork(merged.nodes, merged.links, said, turns)


def network_tables(
    path: Path | str,
    *,
    network: NetworkKind = "road",
    bbox: Bbox | None = None,
    speeds: str | Mapping[str, float] = "cn",
    classes: Collection[str] | None = None,
    connection: Connection | None = "weak",
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return nodes and links of an OpenStreetMap file, ready for ``Network(links, nodes)``.

    Parameters
    ----------
    path, network, bbox, speeds, classes
        As in :func:`read_osm`.
    connection
        Keep the largest part by this connection (see :func:`clean`); everything if None.

    Returns
    -------
    nodes, links
        In contract form, EPSG:4326.

    Raises
    ------
    SourceError, ArgumentError
        As in :func:`read_osm`.
    """
    found = read_osm(path, network=network, bbox=bbox, speeds=speeds, classes=classes)
    kept = found if connection is None else clean(found, connection=connection)
    return kept.nodes, kept.links


def _silent(_sentence: str) -> None:
    """Say nothing."""


def _checked(bbox: Bbox) -> Bbox:
    legal = len(bbox) == _CORNERS and bool(np.isfinite(bbox).all())
    if legal:
        west, south, east, north = bbox
        legal = -180 <= west < east <= 180 and -90 <= south < north <= 90  # noqa: PLR2004 — the globe
    if not legal:
        raise ArgumentError(
            "The box must be west, south, east, north in degrees.",
            found=str(tuple(bbox)),
            fix="For instance (118.0, 30.0, 122.5, 33.0); longitude comes first.",
        )
    return bbox


def _extent(ways: Ways) -> str:
    known = ~np.isnan(ways.lon)
    if not known.any():
        return ", and none of their nodes"
    lon, lat = ways.lon[known], ways.lat[known]
    corners = (lon.min(), lat.min(), lon.max(), lat.max())
    return ", extent " + ", ".join(f"{corner:.4f}" for corner in corners)
