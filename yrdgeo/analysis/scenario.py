"""What a changed network changes: for each place, in all, and between candidates.

Promise: a gain is positive where places are better off, whichever way the measure points; what was
out of reach before and is in reach after is said as such, never as a percentage.
"""

from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.analysis.amounts import checked
from yrdgeo.analysis.arguments import check_choice, unshared
from yrdgeo.analysis.magnitudes import SIZES, extreme, floats_of
from yrdgeo.analysis.observations import check_series
from yrdgeo.errors import ArgumentError, few
from yrdgeo.results import TravelTimes

Floats = npt.NDArray[np.float64]


def gains(before: pd.Series, after: pd.Series, *, better: Literal["high", "low"]) -> pd.DataFrame:
    r"""Compare a measure before and after, place by place.

    .. math:: g_i = \pm (A^1_i - A^0_i), \qquad g_i / A^0_i

    with the sign that makes an improvement positive. Hold the amounts fixed: a measure of two
    years mixes the network with growth.

    Parameters
    ----------
    before, after
        A measure by adcode, of the same places; ``inf`` where nothing was in reach, NaN missing.
    better
        Whether a high or a low value is the better place to be.

    Returns
    -------
    table
        Indexed as ``before``: ``before after gain gain_share rank_before rank_after reached``.
        ``gain_share`` is NaN where the value before was 0 or infinite; ``reached`` is true where
        it was infinite and no longer is, whose ``gain`` is ``inf``. Rank 1 is the best.

    Raises
    ------
    ArgumentError
        If the places differ or repeat, or ``better`` is neither.

    Examples
    --------
    >>> minutes = pd.Series({"a": 100.0, "b": np.inf}), pd.Series({"b": 80.0, "a": 90.0})
    >>> gains(*minutes, better="low")[["gain", "gain_share", "reached"]].to_numpy().tolist()
    [[10.0, 0.1, False], [inf, nan, True]]
    """
    check_choice(better, "word for better", ("high", "low"))
    for series in (before, after):
        check_series("value", series)
    _same(before.index, after.index)
    old, new = (
        pd.Series(floats_of(one.reindex(before.index)), before.index) for one in (before, after)
    )
    wrong = extreme(old.to_numpy()) | extreme(new.to_numpy())
    if wrong.any():
        raise ArgumentError(f"Values must be {SIZES}.", found=f"at {few(old.index[wrong])}")
    sign = 1.0 if better == "high" else -1.0
    with np.errstate(invalid="ignore", divide="ignore"):
        # Out of reach before and after is no change; inf − inf would be NaN.
        gain = pd.Series(
            np.where(np.isinf(old) & np.isinf(new), 0.0, sign * (new - old)), old.index
        )
        share = (gain / old).where(np.isfinite(old) & (old != 0))
    return pd.DataFrame(
        {
            "before": old,
            "after": new,
            "gain": gain,
            "gain_share": share,
            "rank_before": _ranks(old, sign),
            "rank_after": _ranks(new, sign),
            "reached": np.isinf(old) & np.isfinite(new) & (better == "low"),
        }
    )


def minutes_saved(before: TravelTimes, after: TravelTimes, masses: pd.Series) -> pd.Series:
    r"""Return the mean minutes that each place saves, other places weighted by mass.

    .. math:: s_i = \frac{\sum_{j \ne i} M_j (T^0_{ij} - T^1_{ij})}{\sum_{j \ne i} M_j}

    over the destinations that both networks reach.

    Parameters
    ----------
    before, after
        Travel times between the same places.
    masses
        Zero or more by destination.

    Returns
    -------
    minutes_saved
        By origin, minutes; NaN for an origin that reaches no other place in both.

    Raises
    ------
    ArgumentError
        If the places differ, or a mass is missing or negative.

    Examples
    --------
    >>> ids = pd.Index(["a", "b"])
    >>> old, new = (TravelTimes(ids, ids, [[0, m], [m, 0]]) for m in (60, 45))
    >>> minutes_saved(old, new, pd.Series([2.0, 3.0], ids)).tolist()
    [15.0, 15.0]
    """
    before, after = checked(before), checked(after)
    _same(before.origins, after.origins)
    _same(before.destinations, after.destinations)
    check_series("mass value", masses)
    mass = floats_of(masses.reindex(before.destinations))
    lost = before.destinations[~(np.isfinite(mass) & (mass >= 0)) | extreme(mass)]
    if len(lost):
        what = f"Every destination needs a mass, zero or more, {SIZES}."
        raise ArgumentError(what, found=few(lost))
    old = before.minutes
    new = after.to_frame().loc[before.origins, before.destinations].to_numpy()
    own = before.origins.to_numpy()[:, None] == before.destinations.to_numpy()
    both = np.isfinite(old) & np.isfinite(new) & ~own
    weight = np.where(both, mass, 0.0)
    saved = np.where(both, old, 0.0) - np.where(both, new, 0.0)
    total = weight.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (weight * saved).sum(axis=1) / np.where(total > 0, total, np.nan)
    return pd.Series(mean, before.origins, name="minutes_saved")


def candidates(
    before: pd.Series,
    after: Mapping[str, pd.Series],
    *,
    better: Literal["high", "low"],
    weights: pd.Series | None = None,
) -> pd.DataFrame:
    """Rank what-if networks by what they gain, and by whom.

    Parameters
    ----------
    before
        A measure by adcode without any of them.
    after
        The measure under each candidate, by its name.
    better
        As in :func:`gains`.
    weights
        People or other sizes by adcode; without them places count alike.

    Returns
    -------
    table
        Indexed by candidate, the best first: ``mean_gain`` (weighted, over places with a finite
        gain), ``n_better n_worse n_reached``, ``largest_id`` and ``largest_gain``.

    Raises
    ------
    ArgumentError
        If places differ, a weight lacks, or there is no candidate.

    Examples
    --------
    >>> base = pd.Series({"a": 10.0, "b": 10.0})
    >>> found = candidates(base, {"x": base - 1, "y": base - [5.0, 0.0]}, better="low")
    >>> found["mean_gain"].to_dict()
    {'y': 2.5, 'x': 1.0}
    """
    named: object = after
    if not isinstance(named, Mapping) or not named:
        raise ArgumentError("There is no candidate to rank.", fix="Give them by name.")
    check_series("value", before)
    sizes = pd.Series(1.0, before.index)
    if weights is not None:
        check_series("weight", weights)
        sizes = pd.Series(floats_of(weights.reindex(before.index)), before.index)
    lost = sizes.index[~(np.isfinite(sizes) & (sizes >= 0)) | extreme(sizes)]
    if len(lost):
        what = f"Every place needs a weight, zero or more, {SIZES}."
        raise ArgumentError(what, found=f"none for {few(lost)}")
    rows = {}
    for name, values in after.items():
        table = gains(before, values, better=better)
        finite = table["gain"][np.isfinite(table["gain"])]
        mass = sizes.reindex(finite.index)
        largest = finite.idxmax() if len(finite) else ""
        rows[name] = {
            "mean_gain": float((finite * mass).sum() / mass.sum()) if mass.sum() else np.nan,
            "n_better": int((table["gain"] > 0).sum()),
            "n_worse": int((table["gain"] < 0).sum()),
            "n_reached": int(table["reached"].sum()),
            "largest_id": largest,
            "largest_gain": float(finite.max()) if len(finite) else np.nan,
        }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("candidate")
    return table.sort_values("mean_gain", ascending=False, kind="stable")


def _ranks(values: pd.Series, sign: float) -> pd.Series:
    return (sign * values).rank(method="min", ascending=False).astype("Int64")


def _same(one: pd.Index, other: pd.Index) -> None:
    strange = unshared(one, other)
    if len(strange) or not one.is_unique or not other.is_unique:
        raise ArgumentError(
            "Before and after must be of the same places, each once.",
            found=few(strange) if len(strange) else "repeated places",
        )
