"""Inequality and convergence: how far apart cities are, where the gap lies, and whether it closes.

Promise: values come first, by adcode, per head where the weights are people; every number has an
interval through :func:`interval` and a table through :func:`by_group` and :func:`over_years`.
"""

from yrdgeo.analysis.concentration import concentration_index, lorenz, palma
from yrdgeo.analysis.convergence import (
    BetaConvergence,
    beta_convergence,
    convergence_speed,
    sigma_convergence,
)
from yrdgeo.analysis.inequality_indices import (
    atkinson,
    coefficient_of_variation,
    gini,
    hoover,
    williamson,
)
from yrdgeo.analysis.inequality_registry import MEASURES
from yrdgeo.analysis.inequality_tables import by_group, over_years, partition, plain_measures
from yrdgeo.analysis.intervals import Interval, interval
from yrdgeo.analysis.poverty import foster_greer_thorbecke
from yrdgeo.analysis.theil import theil
from yrdgeo.analysis.theil_nested import (
    TheilDecomposition,
    theil_nested,
    theil_share,
    theil_within_between,
)

__all__ = [
    "MEASURES",
    "BetaConvergence",
    "Interval",
    "TheilDecomposition",
    "atkinson",
    "beta_convergence",
    "by_group",
    "coefficient_of_variation",
    "concentration_index",
    "convergence_speed",
    "foster_greer_thorbecke",
    "gini",
    "hoover",
    "interval",
    "lorenz",
    "over_years",
    "palma",
    "partition",
    "plain_measures",
    "sigma_convergence",
    "theil",
    "theil_nested",
    "theil_share",
    "theil_within_between",
    "williamson",
]
