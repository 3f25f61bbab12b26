"""Accessibility: travel times and amounts in, one number for each place out.

Promise: a Series with the ids of the origins, in their order (of the destinations for what looks
inward); options by keyword; every measure that a study can ask for is a row of :data:`MEASURES`.
What has more than one number for a place (flows, frontiers, a calibration) is a function here.
"""

from yrdgeo.analysis.accessibility_registry import MEASURES
from yrdgeo.analysis.amounts import inward
from yrdgeo.analysis.betweenness import betweenness, link_flows
from yrdgeo.analysis.blocks import in_blocks
from yrdgeo.analysis.calibration import Calibration, calibrate
from yrdgeo.analysis.catchment import floating_catchment, spatial_availability
from yrdgeo.analysis.closeness import closeness, harmonic_closeness
from yrdgeo.analysis.constrained import constrained, constrained_flows
from yrdgeo.analysis.cost_frontier import cost_frontier
from yrdgeo.analysis.daily import daily_reach
from yrdgeo.analysis.directness import check_speed, detour_index, direct_speed, directness
from yrdgeo.analysis.mean_time import unreachable_share, weighted_mean_time, within_city_min
from yrdgeo.analysis.measure import Measure
from yrdgeo.analysis.potential import gravity, self_share
from yrdgeo.analysis.relative import relative, relative_gravity, relative_mean_time
from yrdgeo.analysis.through_flows import through_flows, through_share
from yrdgeo.analysis.two_costs import cumulative_two_costs, cumulative_ways, pareto_set
from yrdgeo.analysis.until import balancing_time, closest
from yrdgeo.analysis.within import cumulative, cumulative_interval

__all__ = [
    "MEASURES",
    "Calibration",
    "Measure",
    "balancing_time",
    "betweenness",
    "calibrate",
    "check_speed",
    "closeness",
    "closest",
    "constrained",
    "constrained_flows",
    "cost_frontier",
    "cumulative",
    "cumulative_interval",
    "cumulative_two_costs",
    "cumulative_ways",
    "daily_reach",
    "detour_index",
    "direct_speed",
    "directness",
    "floating_catchment",
    "gravity",
    "harmonic_closeness",
    "in_blocks",
    "inward",
    "link_flows",
    "pareto_set",
    "relative",
    "relative_gravity",
    "relative_mean_time",
    "self_share",
    "spatial_availability",
    "through_flows",
    "through_share",
    "unreachable_share",
    "weighted_mean_time",
    "within_city_min",
]
