"""How far a pair leaps, against every pair that could have been made.

Promise: a comparison names what it compares with: which helpers were eligible, and how many.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.analysis.magnitudes import SIZES, extreme, floats_of
from yrdgeo.errors import ArgumentError, few
from yrdgeo.results import TravelTimes

Floats = npt.NDArray[np.float64]
Matrix = pd.DataFrame | TravelTimes


def leapfrog_index(
    order: pd.DataFrame,
    distance: Matrix,
    helpers: Sequence[str],
    helped: Sequence[str],
    *,
    eligible: pd.DataFrame | None = None,
) -> pd.DataFrame:
    r"""Compare each pair's order and distance with those of all eligible pairs.

    .. math:: L^o_{ij} = \frac{o_{ij}}{\bar o}, \quad L^d_{ij} = \frac{d_{ij}}{\bar d}, \quad
        N_{ij} = \frac{d_{ij}}{\min_{h \in E_j} d_{hj}}

    with the means over all eligible pairs (h, j), j among the helped, and E_j the helpers
    eligible for j. An index of 1 is an ordinary pair; N = 1 is the nearest helper there was.

    Parameters
    ----------
    order
        Contiguity orders, n × n, as :func:`yrdgeo.contiguity.order` returns them. Two cities
        that no chain of borders connects have no order and do not enter its mean.
    distance
        Any distance or time, n × n labelled by adcode; helper (rows) to helped (columns).
    helpers, helped
        The ends of the pairs, position by position.
    eligible
        Which helper (row) might help which city (column), as true and false; by default every
        other city of ``distance``. Usual choices: cities of another province; the scheme's own
        helpers.

    Returns
    -------
    index
        One row a pair: ``helper_id helped_id order_index distance_index nearest_id nearest_ratio
        rank n_eligible``. Distances without a way (``inf``) do not enter the mean. ``rank`` is 1
        for the nearest eligible helper, ties sharing the best rank. A helper that is not
        eligible is ranked among those that are, as if it were.

    Raises
    ------
    ArgumentError
        If a city is in no row or column, a distance is missing, or a helped city has no
        eligible helper.

    Examples
    --------
    >>> codes = ["310000", "320100", "340100"]
    >>> km = pd.DataFrame([[0.0, 270, 400], [270, 0, 150], [400, 150, 0]], codes, codes)
    >>> steps = pd.DataFrame([[0, 2, 3], [2, 0, 1], [3, 1, 0]], codes, codes)
    >>> found = leapfrog_index(steps, km, ["310000"], ["340100"])
    >>> found[["nearest_id", "nearest_ratio", "rank", "n_eligible"]].to_numpy().tolist()[0]
    ['320100', 2.6666666666666665, 2, 2]
    """
    rows, columns = pd.Index(list(helpers)), pd.Index(list(helped))
    if len(rows) != len(columns) or not len(rows):
        found = f"{len(rows)} helpers, {len(columns)} helped"
        raise ArgumentError("A pair has one helper and one helped.", found=found)
    apart = _floats(distance, "distance")
    steps = _floats(order, "order")
    allowed = _allowed(eligible, apart, columns)
    _known(apart, rows, columns, "distance")
    _known(steps, rows.union(allowed.index), columns, "order")
    far = apart.loc[allowed.index, columns.unique()]
    could = allowed.to_numpy(dtype=bool)
    if np.isnan(far.to_numpy()[could]).any():
        raise ArgumentError("A distance between eligible cities is missing.", found="NaN")
    hops = steps.loc[allowed.index, columns.unique()].to_numpy()
    mean_km, mean_order = (_mean(part[could]) for part in (far.to_numpy(), hops))
    place = columns.unique().get_indexer(columns)
    own = apart.to_numpy()[apart.index.get_indexer(rows), apart.columns.get_indexer(columns)]
    own_order = steps.to_numpy()[steps.index.get_indexer(rows), steps.columns.get_indexer(columns)]
    options = np.where(could, far.to_numpy(), np.inf)[:, place]
    nearest = options.argmin(axis=0)
    least = options[nearest, np.arange(len(rows))]
    others = options < own
    others &= far.index.to_numpy()[:, None] != rows.to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = own / least  # of two without a way neither is the nearer: NaN
        order_index, distance_index = own_order / mean_order, own / mean_km  # nowhere to go: NaN
    return pd.DataFrame(
        {
            "helper_id": rows,
            "helped_id": columns,
            "order_index": order_index,
            "distance_index": distance_index,
            "nearest_id": far.index[nearest],
            "nearest_ratio": ratio,
            "rank": others.sum(axis=0) + 1,
            "n_eligible": could.sum(axis=0)[place],
        }
    )


def _mean(numbers: Floats) -> float:
    """Return the mean of the finite numbers, NaN where there are none."""
    finite = numbers[np.isfinite(numbers)]
    return float(finite.mean()) if len(finite) else float("nan")


def _floats(matrix: Matrix, name: str) -> pd.DataFrame:
    frame = matrix.to_frame() if isinstance(matrix, TravelTimes) else matrix
    if not (frame.index.is_unique and frame.columns.is_unique):
        raise ArgumentError(f"The table of {name!r} must have each city once.")
    if not frame.size:
        return frame.astype(np.float64)
    numbers = np.column_stack([floats_of(column) for _, column in frame.items()])
    given = frame.notna().to_numpy(dtype=bool)
    if (np.isnan(numbers) & given).any() or extreme(numbers).any() or (numbers < 0).any():
        what = f"The table of {name!r} must hold numbers, {SIZES}, none below zero."
        raise ArgumentError(what)
    return pd.DataFrame(numbers, frame.index, frame.columns)


def _known(frame: pd.DataFrame, rows: pd.Index, columns: pd.Index, name: str) -> None:
    lost = [*rows.difference(frame.index), *columns.difference(frame.columns)]
    if lost:
        raise ArgumentError(
            f"{name!r} must have a row for each helper and a column for each helped city.",
            found=f"none for {few(lost)}",
            fix="Compute it for all the cities.",
        )


def _allowed(eligible: pd.DataFrame | None, apart: pd.DataFrame, columns: pd.Index) -> pd.DataFrame:
    """Return true and false by helper and helped; a city never helps itself."""
    wanted = columns.unique()
    if eligible is None:
        every = np.ones((len(apart.index), len(wanted)), dtype=bool)
        table = pd.DataFrame(every, apart.index, wanted)
    else:
        _known(eligible, pd.Index([]), wanted, "eligible")
        _known(apart, eligible.index, wanted, "distance")
        table = eligible[wanted].astype(bool)
    itself = table.index.to_numpy()[:, None] == table.columns.to_numpy()
    open_to = pd.DataFrame(table.to_numpy() & ~itself, table.index, table.columns)
    none = open_to.columns[np.flatnonzero(~open_to.to_numpy().any(axis=0))]
    if len(none):
        raise ArgumentError(
            "Every helped city needs an eligible helper.",
            found=f"none for {few(none)}",
            fix="Widen 'eligible'.",
        )
    return open_to
