"""Matchings drawn at random; promise: each that is allowed is as likely as any other."""

from collections.abc import Iterator
from itertools import count

import numpy as np
import numpy.typing as npt

from yrdgeo.analysis.permutation import BLOCK, seeded, shuffled
from yrdgeo.errors import ArgumentError

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

MOST_TRIES = 200  # draws for each that is allowed, where they cannot be counted
PATIENCE = 500  # allowed ones that luck may owe
CELLS = 2**22  # places × sets of helped cities: 34 MB of counts


def drawn_matchings(free: Flags, draws: int, seed: int) -> Iterator[Rows]:
    """Yield matchings that are allowed, a block of them at a time, ``draws`` in all.

    Without a forbidden pair, places are shuffled. With some, the allowed matchings are counted
    (place after place, by the set of helped cities that have one) and drawn from the counts; if
    they are too many to count, shuffles with a forbidden pair are thrown away.

    Parameters
    ----------
    free
        n places × k helped, k ≤ n: true where a place may take the helped city.
    draws
        How many, at least one.
    seed
        Of the draw.

    Returns
    -------
    rows
        Blocks of shape (draws of the block, k): the place of each helped city.

    Raises
    ------
    ArgumentError
        If no matching is allowed, or allowed ones are too rare to be found.

    Examples
    --------
    >>> only = np.array([[True, False], [True, True]])
    >>> np.concatenate(list(drawn_matchings(only, 3, 0))).tolist()
    [[0, 1], [0, 1], [0, 1]]
    """
    n, k = free.shape
    if free.all():
        return (rows[:, :k] for rows in shuffled(n, draws, seed))
    if countable(free):
        return _from_counts(free, draws, seed)
    return _kept(free, draws, seed)


def countable(free: Flags) -> bool:
    """Tell whether the allowed matchings can be counted."""
    n, k = free.shape
    return bool(k < CELLS.bit_length() and (n + 1) << k <= CELLS)


def n_allowed(free: Flags) -> float:
    """Return how many matchings are allowed (the permanent of a table of 0 and 1), if countable.

    >>> n_allowed(np.array([[True, True, False], [True, True, True], [False, True, True]]))
    3.0
    """
    return float(_counts(free)[-1, -1])


def _counts(free: Flags) -> Floats:
    """Return in how many ways the first p places serve just a set of helped: (n + 1, 2^k)."""
    n, k = free.shape
    sets = np.arange(1 << k)
    ways = np.zeros((n + 1, 1 << k))
    ways[0, 0] = 1.0
    for place in range(n):
        ways[place + 1] = ways[place]
        for j in np.flatnonzero(free[place]):
            served = sets[(sets >> j) & 1 == 1]
            ways[place + 1, served] += ways[place, served ^ (1 << j)]
    return ways


def _from_counts(free: Flags, draws: int, seed: int) -> Iterator[Rows]:
    n, k = free.shape
    ways = _counts(free)
    if not ways[-1, -1]:
        raise ArgumentError("No matching is allowed.", fix="Allow more pairs.")
    generator = seeded(seed)
    block = max(BLOCK // (k + 1), 1)
    for done in range(0, draws, block):
        size = min(block, draws - done)
        rows = np.zeros((size, k), dtype=np.intp)
        left = np.full(size, (1 << k) - 1)
        for place in range(n - 1, -1, -1):
            j = _taken(ways[place], left, free[place], generator)
            some = np.flatnonzero(j >= 0)
            rows[some, j[some]] = place
            left[some] ^= 1 << j[some]
        yield rows


def _taken(ways: Floats, left: Rows, may: Flags, generator: np.random.Generator) -> Rows:
    """Draw which of the helped that are left a place takes, −1 for none, in proportion to ways."""
    whom = np.flatnonzero(may)
    here = (left[:, None] >> whom) & 1 == 1
    weights = np.where(here, ways[np.where(here, left[:, None] ^ (1 << whom), 0)], 0.0)
    ladder = np.cumsum(np.column_stack([weights, ways[left]]), axis=1)
    step = (generator.random(len(left)) * ladder[:, -1])[:, None]
    chosen = (ladder <= step).sum(axis=1)
    return np.asarray(np.append(whom, -1)[chosen])


def _kept(free: Flags, draws: int, seed: int) -> Iterator[Rows]:
    n, k = free.shape
    got, tried = 0, 0
    for attempt in count():
        for rows in shuffled(n, draws, seed + attempt):
            good = rows[:, :k][free[rows[:, :k], np.arange(k)].all(axis=1)][: draws - got]
            got, tried = got + len(good), tried + len(rows)
            yield good
            if got >= draws:
                return
            if tried > MOST_TRIES * (got + PATIENCE):
                raise ArgumentError(
                    "Allowed matchings are too rare to be drawn.",
                    found=f"{got} of {tried:,}",
                    fix="Allow more pairs, or count every matching with permutations='exact'.",
                )
