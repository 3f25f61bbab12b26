"""How cities hang together: flows, circles, communities, cores, ranks.

Promise: a modelled flow is called modelled, and compared as a share or a rank.
"""

from yrdgeo.analysis.circles import circles, communities, normalised_mutual_information, overlap
from yrdgeo.analysis.core_detection import CorePeriphery, core_periphery
from yrdgeo.analysis.flows import (
    breakpoint,  # noqa: A004 — the field's word
    dominant_flows,
    field_strength,
    flow_shares,
    gravity_flows,
)
from yrdgeo.analysis.masses import linkage_mass
from yrdgeo.analysis.rank_size import primacy, rank_size

__all__ = [
    "CorePeriphery",
    "breakpoint",
    "circles",
    "communities",
    "core_periphery",
    "dominant_flows",
    "field_strength",
    "flow_shares",
    "gravity_flows",
    "linkage_mass",
    "normalised_mutual_information",
    "overlap",
    "primacy",
    "rank_size",
]
