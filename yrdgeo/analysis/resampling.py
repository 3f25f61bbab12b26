"""Resampled cities as rows of counts, so that a measure is computed for all draws at once.

Promise: a row of counts means the same cities as a list of draws would, and a measure that has a
row in :data:`PREPARED` gives the same number either way.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pandas as pd

from yrdgeo.analysis import concentration, convergence, inequality_indices, poverty, theil
from yrdgeo.analysis.inequality_sample import Floats, Sample, labels, sample
from yrdgeo.analysis.theil_nested import theil_share, theil_share_rows
from yrdgeo.analysis.theil_terms import nested_codes

Rows = Callable[[Sample], Floats]
Counted = Callable[[Floats], Floats]
Prepare = Callable[..., tuple[Sample, Rows]]

BLOCK = 1_000_000  # numbers at once


def resamples(n: int, draws: int, seed: int) -> Iterator[Floats]:
    """Yield how often each city is drawn, a block of draws at a time."""
    generator = np.random.default_rng(seed)
    rows = max(BLOCK // n, 1)
    for done in range(0, draws, rows):
        size = min(rows, draws - done)
        places = generator.integers(0, n, (size, n)) + n * np.arange(size)[:, None]
        yield np.bincount(places.ravel(), minlength=size * n).reshape(size, n).astype(np.float64)


def left_out(counted: Counted, n: int) -> Floats:
    """Return the number without each city in turn, shape (n,)."""
    rows = max(BLOCK // n, 1)
    found = []
    for start in range(0, n, rows):
        places = np.arange(start, min(start + rows, n))
        counts = np.ones((len(places), n))
        counts[np.arange(len(places)), places] = 0
        found.append(counted(counts))
    return np.concatenate(found)


def _plain(rows: Callable[..., Floats], **checks: bool | int) -> Prepare:
    def prepare(
        values: pd.Series, weights: pd.Series | None = None, **options: object
    ) -> tuple[Sample, Rows]:
        return sample(values, weights, **checks), partial(rows, **options)  # type: ignore[arg-type]

    return prepare


def _ranked(
    values: pd.Series, ranking: pd.Series, weights: pd.Series | None = None, **options: object
) -> tuple[Sample, Rows]:
    once = concentration.ranked_sample(values, ranking, weights)
    return once, partial(concentration.concentration_rows, **options)  # type: ignore[arg-type]


def _growing(
    first: pd.Series, last: pd.Series, weights: pd.Series | None = None, *, years: float = 1.0
) -> tuple[Sample, Rows]:
    once = convergence.growth_sample(first, last, weights, years=years)
    return once, partial(convergence.speed_rows, years=years)


def _nested(
    values: pd.Series,
    levels: pd.Series | pd.DataFrame,
    weights: pd.Series | None = None,
    **options: object,
) -> tuple[Sample, Rows]:
    codes = nested_codes(labels(levels, values.index, name="levels"))
    once = sample(values, weights)
    return once, partial(theil_share_rows, codes=codes, **options)  # type: ignore[arg-type]


# Measure → its checked sample, and the function that computes it for rows of counts.
PREPARED: dict[Callable[..., float], Prepare] = {
    inequality_indices.gini: _plain(inequality_indices.gini_rows),
    inequality_indices.hoover: _plain(inequality_indices.hoover_rows),
    inequality_indices.coefficient_of_variation: _plain(inequality_indices.variation_rows),
    inequality_indices.williamson: _plain(inequality_indices.variation_rows),
    inequality_indices.atkinson: _plain(inequality_indices.atkinson_rows),
    theil.theil: _plain(theil.theil_rows),
    theil_share: _nested,
    concentration.palma: _plain(concentration.palma_rows),
    concentration.concentration_index: _ranked,
    poverty.foster_greer_thorbecke: _plain(poverty.poverty_rows, fewest=1, zeros_only=True),
    convergence.sigma_convergence: _plain(convergence.sigma_rows, above_zero=True),
    convergence.convergence_speed: _growing,
}
