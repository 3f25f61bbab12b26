"""OpenStreetMap files written by hand: XML text, and PBF through libosmium's writer."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

import osmium

Place = tuple[float, float]
Way = tuple[Sequence[int], Mapping[str, str]]
Member = tuple[str, str, int]  # role, type (node or way), id
Relation = tuple[Sequence[Member], Mapping[str, str]]


def write_osm(
    path: Path,
    nodes: Mapping[int, Place],
    ways: Mapping[int, Way],
    *,
    node_tags: Mapping[int, Mapping[str, str]] | None = None,
    relations: Mapping[int, Relation] | None = None,
) -> Path:
    """Write nodes (longitude, latitude), ways (node ids, tags) and relations in the order given."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6">']
    for node, (lon, lat) in nodes.items():
        inner = _tags((node_tags or {}).get(node, {}))
        lines.append(f'<node id="{node}" lon="{lon}" lat="{lat}">{inner}</node>')
    for way, (refs, tags) in ways.items():
        inner = "".join(f'<nd ref="{ref}"/>' for ref in refs) + _tags(tags)
        lines.append(f'<way id="{way}">{inner}</way>')
    for number, (members, tags) in (relations or {}).items():
        inner = "".join(
            f'<member type="{kind}" ref="{ref}" role={quoteattr(role)}/>'
            for role, kind, ref in members
        )
        lines.append(f'<relation id="{number}">{inner}{_tags(tags)}</relation>')
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


def write_pbf(path: Path, nodes: Mapping[int, Place], ways: Mapping[int, Way]) -> Path:
    """Write the same as PBF."""
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for node, (lon, lat) in nodes.items():
            writer.add_node(osmium.osm.mutable.Node(id=node, location=(lon, lat), version=1))
        for way, (refs, tags) in ways.items():
            made = osmium.osm.mutable.Way(id=way, nodes=list(refs), tags=dict(tags), version=1)
            writer.add_way(made)
    return path


def _tags(tags: Mapping[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())


# A street 1-2-3-4 crossed at 2 by 5-2-6, a one-way back street 4-7-1 and an island 8-9.
NODES: dict[int, Place] = {
    9: (121.5, 31.5),
    1: (120.00, 31.00),
    2: (120.01, 31.00),
    3: (120.02, 31.01),
    4: (120.03, 31.00),
    5: (120.01, 30.99),
    6: (120.01, 31.02),
    7: (120.02, 30.98),
    8: (121.4, 31.5),
}
WAYS: dict[int, Way] = {
    12: ([4, 7, 1], {"highway": "tertiary", "oneway": "-1"}),
    10: ([1, 2, 3, 4], {"highway": "primary", "maxspeed": "60", "name": "人民路"}),
    11: ([5, 2, 6], {"highway": "secondary", "maxspeed": "CN:urban"}),
    13: ([8, 9], {"highway": "residential", "maxspeed": "-20"}),
}
