"""What may be asked of a timetable; promise: an option out of its domain is told by its name."""

import numpy as np

from yrdgeo.errors import ArgumentError, nearest
from yrdgeo.routing.summaries import SUMMARIES
from yrdgeo.timetables import DAY_MIN

LONGEST_MIN = 10 * DAY_MIN  # every day of it is scanned
MOST_TRANSFERS = 99  # memory and time grow with it, and nobody changes as often


def check_options(
    window: object,
    statistic: object,
    max_transfers: object,
    transfer_min: object,
    longest_min: object,
) -> None:
    """Raise an error unless what a traveller asks can be answered."""
    bounds = list(window) if isinstance(window, tuple | list) else []
    moments = [_number(bound) for bound in bounds]
    span = len(moments) == 2 and 0 <= moments[0] <= moments[1] <= LONGEST_MIN  # noqa: PLR2004 — first, last
    rules = [
        (
            span,
            "window",
            window,
            "First and last minute after midnight, of ten days at most; 1,800 is 6:00 a day later.",
        ),
        (statistic in SUMMARIES, "statistic", statistic, nearest(str(statistic), [*SUMMARIES])),
        (0 < _number(transfer_min) < np.inf, "transfer_min", transfer_min, "Minutes above 0."),
        (
            0 < _number(longest_min) <= LONGEST_MIN,
            "longest_min",
            longest_min,
            "Minutes above 0, of ten days at most.",
        ),
    ]
    for good, name, found, fix in rules:
        if not good:
            raise ArgumentError(f"{name} is out of its domain.", found=repr(found), fix=fix)
    if max_transfers is not None:
        check_changes(max_transfers)


def check_changes(max_transfers: object) -> None:
    """Raise an error unless that is a number of changes of train."""
    whole = isinstance(max_transfers, int | np.integer)
    if not (whole and 0 <= _number(max_transfers) <= MOST_TRANSFERS):
        raise ArgumentError(
            "max_transfers is out of its domain.",
            found=repr(max_transfers),
            fix=f"A whole number from 0 to {MOST_TRANSFERS}.",
        )


def check_moment(depart_min: object) -> None:
    """Raise an error unless one can leave at that minute."""
    if not 0 <= _number(depart_min) <= LONGEST_MIN:
        raise ArgumentError(
            "depart_min is out of its domain.",
            found=repr(depart_min),
            fix="Minutes after midnight, of ten days at most.",
        )


def _number(value: object) -> float:
    """Return a number, NaN for what is none."""
    return float(value) if isinstance(value, int | float | np.integer | np.floating) else np.nan
