"""Many departures → one number a pair; each summary says what it does with waits.

Promise: every summary takes the same journeys and gives seconds, ``inf`` where there are none.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yrdgeo.routing.profiles import NEVER

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Journeys:
    """Ways from one origin to m destinations.

    Attributes
    ----------
    leave
        Moments at which a train can be made for, seconds, latest first, shape (n,).
    arrive
        Earliest arrival by the trains of that moment, shape (n, m); ``NEVER`` for none.
    on_foot
        Seconds of the way without a train, shape (m,).
    """

    leave: Ints
    arrive: Ints
    on_foot: Ints


def _arrivals(journeys: Journeys, first: int, last: int) -> Ints:
    """Return the arrivals of journeys that leave in the window, ``NEVER`` for all others."""
    inside = (journeys.leave >= first) & (journeys.leave <= last)
    return np.where(inside[:, None], journeys.arrive, NEVER)


def _durations(journeys: Journeys, arrive: Ints, longest: int) -> Floats:
    """Return the length of each journey, ``inf`` where its trains take too long or there is none.

    Those who can walk sooner do; a train that takes too long is no journey for them either, or
    the count would hang on how far ahead was looked.
    """
    by_train = arrive - journeys.leave[:, None]
    spent = np.minimum(by_train, journeys.on_foot)
    return np.where((arrive < NEVER) & (by_train <= longest), spent, np.inf)


def _walked(journeys: Journeys, longest: int) -> Floats:
    return np.where(journeys.on_foot <= longest, journeys.on_foot, np.inf)


def fastest(journeys: Journeys, first: int, last: int, longest: int) -> Floats:
    """Return the shortest journey that leaves in the window."""
    arrive = _arrivals(journeys, first, last)
    rides = _durations(journeys, arrive, longest).min(axis=0, initial=np.inf)
    return np.asarray(np.minimum(rides, _walked(journeys, longest)))


def worthwhile(journeys: Journeys, first: int, last: int, longest: int) -> Floats:
    """Return the lengths of the journeys in the window that none which leaves later beats.

    Shape (n, m); ``inf`` for those that are beaten, outside the window or too long.
    """
    arrive = _arrivals(journeys, first, last)
    least = np.vstack([np.full((1, arrive.shape[1]), NEVER), arrive])
    later = np.minimum.accumulate(least, axis=0)[:-1]
    worth = np.where(arrive < later, arrive, NEVER)
    return _durations(journeys, worth, longest)


def median(journeys: Journeys, first: int, last: int, longest: int) -> Floats:
    """Return the median of the journeys in the window that none which leaves later beats."""
    spent = np.sort(worthwhile(journeys, first, last, longest), axis=0)
    count = np.isfinite(spent).sum(axis=0)
    middle = np.full(len(count), np.inf)
    some = np.flatnonzero(count)
    low, high = (count[some] - 1) // 2, count[some] // 2
    middle[some] = (spent[low, some] + spent[high, some]) / 2.0
    return np.where(count > 0, middle, _walked(journeys, longest))


def scheduled(journeys: Journeys, first: int, last: int, longest: int) -> Floats:
    """Return the mean over all moments of the window of the time until arrival."""
    walk = _walked(journeys, longest)
    # A moment between two departures waits for the later one.
    until = np.concatenate([[last], np.clip(journeys.leave, first, last)])
    since = np.concatenate([until[1:], [first]])
    never = np.full((1, journeys.arrive.shape[1]), NEVER)
    arrive = np.minimum.accumulate(np.vstack([never, journeys.arrive]), axis=0)
    if first == last:
        open_ = np.flatnonzero(journeys.leave >= first)
        spent = arrive[open_[-1] + 1 if len(open_) else 0] - first
        return np.minimum(np.where(spent <= longest, spent, np.inf), walk)
    length = (until - since)[:, None]
    least, most = arrive - until[:, None], arrive - since[:, None]
    lost = ((most > longest) & (length > 0)).any(axis=0) & np.isinf(walk)
    cap = np.where(np.isinf(walk), NEVER, walk)
    low, high = np.minimum(least, cap), np.minimum(most, cap)
    # ∫ min(x, cap) dx from least to most; the slope is 1 up to the cap and 0 beyond.
    area = (high**2 - low**2) / 2.0 + cap * ((most - least) - (high - low))
    mean = np.where(length > 0, area, 0.0).sum(axis=0) / (last - first)
    return np.where(lost, np.inf, mean)


SUMMARIES: dict[str, Callable[[Journeys, int, int, int], Floats]] = {
    "fastest": fastest,
    "median": median,
    "scheduled": scheduled,
}
