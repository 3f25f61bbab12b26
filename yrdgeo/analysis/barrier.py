"""What a province border costs: detours, dead ends and missing flows across it.

Promise: a border's effect is told apart from distance, and never said without its standard error.
"""

from yrdgeo.analysis.border_effect import border_effect
from yrdgeo.analysis.dead_ends import dead_ends
from yrdgeo.analysis.detours import detour

__all__ = ["border_effect", "dead_ends", "detour"]
