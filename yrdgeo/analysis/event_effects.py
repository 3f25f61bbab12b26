"""Effects by year since the start, for many re-assignments or bootstrap samples at once.

Promise: each start is compared with the never-treated alone, and an effect comes with the spread
of the changes behind it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt

from yrdgeo.analysis.panel import Panel
from yrdgeo.analysis.panel_regression import FLAT, SURE
from yrdgeo.analysis.permutation import seeded

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """Changes since the year before one start; arrays are units × samples, or units × 1."""

    change: Floats  # NaN where a city lacks one of the two years
    member: Bools
    never: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """Effects of one event year, one a sample: shape (samples,)."""

    estimate: Floats
    spread: Floats  # root of the sum of squares: the error, if treated cities are several
    n_treated: Floats
    n_control: Floats

    @property
    def t(self) -> Floats:
        """The estimate over its spread; NaN without an estimate."""
        with np.errstate(divide="ignore", invalid="ignore"):
            t = self.estimate / self.spread
        t = np.clip(np.where(np.isnan(t), 0.0, t), -SURE, SURE)
        return np.where(np.isfinite(self.estimate), t, np.nan)


def cohorts(panel: Panel, starts: Floats, event: int) -> Iterator[Cohort]:
    """Yield the cohorts that have the event year and the year before their start.

    ``starts`` is units × samples: the panel's own, or re-assigned ones.
    """
    table, first = _square(panel), int(panel.years.min())
    never = np.isnan(starts)
    for start in np.unique(panel.start[panel.treated]):
        year, base = int(start) + event - first, int(start) - 1 - first
        if 0 <= year < table.shape[1] and base >= 0:
            change = table[:, [year]] - table[:, [base]]
            yield Cohort(change, starts == start, never)


def effects(parts: Iterable[Cohort], samples: int) -> Effects | None:
    """Return the mean effect over the treated of all cohorts; None where nothing compares."""
    total, treated, controls = np.zeros(samples), np.zeros(samples), np.zeros(samples)
    influence: Floats | float = 0.0
    size = 0.0
    for part in parts:
        known = np.isfinite(part.change)
        plain = np.where(known, part.change, 0.0)
        size = max(size, float(np.abs(plain).max(initial=0.0)))
        member, never = part.member & known, part.never & known
        n_in, n_out = member.sum(axis=0), never.sum(axis=0)
        usable = (n_in > 0) & (n_out > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            inside = np.where(usable, (plain * member).sum(axis=0) / n_in, 0.0)
            outside = np.where(usable, (plain * never).sum(axis=0) / n_out, 0.0)
            share = np.where(usable, n_in / n_out, 0.0)
        total = total + n_in * (inside - outside)
        treated = treated + np.where(usable, n_in, 0)
        controls = np.maximum(controls, np.where(usable, n_out, 0))
        influence = influence + (plain - inside) * (member & usable)
        influence = influence - (plain - outside) * never * share
    if not treated.any():
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt((np.asarray(influence) ** 2).sum(axis=0)) / treated
        spread = np.where(spread > FLAT * size, spread, 0.0)
        estimate = np.where(treated > 0, total / treated, np.nan)
    return Effects(estimate, spread + np.zeros(samples), treated, controls)


def dealt(panel: Panel, permutations: int, seed: int) -> tuple[Floats, bool]:
    """Return starts dealt to other cities (units × samples), and whether that is every way."""
    n, k = len(panel.units), int(panel.treated.sum())
    start = np.unique(panel.start[panel.treated])
    if len(start) == 1 and comb(n, k) <= permutations:
        every = np.array(list(combinations(range(n), k)))
        given = np.full((n, len(every)), np.nan)
        given[every.T, np.arange(len(every))] = start[0]
        return given, True
    generator = seeded(seed)
    tiled = np.tile(panel.start[:, None], (1, permutations))
    return generator.permuted(tiled, axis=0), False


def wild(parts: Iterable[Cohort], signs: Floats) -> Effects | None:
    """Return effects of wild bootstrap samples with the null imposed; ``signs`` by city."""
    drawn = []
    for part in parts:
        used = np.isfinite(part.change) & (part.member | part.never)
        known = np.where(used, part.change, 0.0)
        # Without an effect all cities of the window share one change.
        common = known.sum(axis=0) / np.maximum(used.sum(axis=0), 1)
        change = np.where(used, part.change - common, np.nan)
        drawn.append(Cohort(change * signs, part.member, part.never))
    return effects(drawn, signs.shape[1])


def _square(panel: Panel) -> Floats:
    """Return values by unit and calendar year, NaN where there is no row or no such year."""
    first, last = int(panel.years.min()), int(panel.years.max())
    table = np.full((len(panel.units), last - first + 1), np.nan)
    table[panel.unit, panel.years[panel.time] - first] = panel.value
    return table
