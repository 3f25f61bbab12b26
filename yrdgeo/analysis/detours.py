"""Detours across and within provinces: a road that a border bends shows as a longer way."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.analysis.arguments import check_is_series, check_whole
from yrdgeo.analysis.directness import matrix_of
from yrdgeo.analysis.permutation import MOST_DRAWS, seeded
from yrdgeo.errors import ArgumentError, few
from yrdgeo.results import TravelTimes

Floats = npt.NDArray[np.float64]
Matrix = pd.DataFrame | TravelTimes

KINDS = ("within", "across")
SEED_DRAWS = 9_999


def detour(
    lengths: Matrix,
    geodesic: pd.DataFrame,
    groups: pd.Series,
    *,
    at_most_km: float = np.inf,
    draws: int = SEED_DRAWS,
    seed: int = 0,
) -> pd.DataFrame:
    r"""Compare the detour of ways across group borders with that of ways within groups.

    .. math:: q_{ij} = \ell_{ij} / d_{ij}, \qquad
        \rho = \frac{\operatorname{median} q_{across}}{\operatorname{median} q_{within}}

    Only pairs of like distance compare: set ``at_most_km``, because detours fall with distance.

    Parameters
    ----------
    lengths
        Kilometres through the network between n cities, as a labelled table, or as travel times
        at 60 km/h, where a minute is a kilometre; ``inf`` where there is no way.
    geodesic
        Kilometres between the same cities as the crow flies, labelled by adcode.
    groups
        The group (province) of each city.
    at_most_km
        Pairs farther apart than this are left out.
    draws, seed
        Labels of the groups are shuffled among the cities this often, to say how often chance
        alone makes a ratio as large.

    Returns
    -------
    table
        Two rows, ``within`` and ``across``, indexed by ``kind``: ``n_pairs median_detour
        mean_detour ratio_of_sums median_km n_unreachable``; on row ``across`` also
        ``ratio_to_within`` and ``p_value``, the share of (1 + b) / (1 + N) shuffles whose ratio is
        as large or larger. Each unordered pair counts once, with the mean of both directions.

    Raises
    ------
    ArgumentError
        If a city lacks a group, a length or a distance, or one kind has no pair.

    References
    ----------
    Barthélemy, M. (2011). Spatial networks. Physics Reports 499, 1-101 (detour index).

    Examples
    --------
    >>> ids = ["320100", "320200", "340100", "340200"]
    >>> at = np.array([0.0, 50.0, 100.0, 150.0])
    >>> km = pd.DataFrame(np.abs(at[:, None] - at), ids, ids)
    >>> by_road = km * 1.2 + 30 * np.not_equal.outer([0, 0, 1, 1], [0, 0, 1, 1])
    >>> found = detour(by_road, km, pd.Series([i[:2] for i in ids], ids), at_most_km=100)
    >>> found["median_detour"].round(2).to_dict()
    {'within': 1.2, 'across': 1.5}
    """
    frame = lengths.to_frame() if isinstance(lengths, TravelTimes) else lengths
    _check(frame, geodesic, groups)
    ids = frame.index
    draws = check_whole(draws, "draws", least=1, most=MOST_DRAWS)
    through = matrix_of(frame, ids, ids, name="lengths", no_path=True)
    apart = matrix_of(geodesic, ids, ids, name="geodesic")
    label = pd.factorize(groups.loc[ids].astype(str))[0]
    i, j = np.triu_indices(len(ids), 1)
    km = apart[i, j]
    kept = (km <= at_most_km) & (km > 0)
    i, j, km = i[kept], j[kept], km[kept]
    way = (through[i, j] + through[j, i]) / 2
    across = label[i] != label[j]
    for kind, chosen in (("within", ~across), ("across", across)):
        if not np.isfinite(way[chosen]).any():
            fix = "Raise at_most_km, or bring a network that joins the cities."
            raise ArgumentError(f"No pair of cities {kind} groups can be measured.", fix=fix)
    rows = {
        "within": _row(way[~across], km[~across]),
        "across": _row(way[across], km[across]),
    }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("kind")
    known = np.isfinite(way)
    q, i, j = way[known] / km[known], i[known], j[known]
    observed = _ratio(q, across[known])
    generator = seeded(seed)
    shuffles = (generator.permutation(label) for _ in range(draws))
    null = np.array([_ratio(q, drawn[i] != drawn[j]) for drawn in shuffles])
    beyond = int((null >= observed - 1e-12).sum())
    table["ratio_to_within"] = [np.nan, observed]
    table["p_value"] = [np.nan, (1 + beyond) / (1 + draws)]
    return table


def _ratio(q: Floats, across: npt.NDArray[np.bool_]) -> float:
    """Return the ratio of medians, NaN (never extreme) where a shuffle leaves one kind empty."""
    if across.all() or not across.any():
        return float("nan")
    within = float(np.median(q[~across]))
    return float(np.median(q[across])) / within if within > 0 else float("nan")


def _row(way: Floats, km: Floats) -> dict[str, float]:
    known = np.isfinite(way)
    q = way[known] / km[known]
    return {
        "n_pairs": int(known.sum()),
        "median_detour": float(np.median(q)),
        "mean_detour": float(q.mean()),
        "ratio_of_sums": float(way[known].sum() / km[known].sum()),
        "median_km": float(np.median(km[known])),
        "n_unreachable": int((~known).sum()),
    }


def _check(lengths: object, geodesic: object, groups: pd.Series) -> None:
    if not isinstance(lengths, pd.DataFrame) or not isinstance(geodesic, pd.DataFrame):
        found = f"{type(lengths).__name__} and {type(geodesic).__name__}"
        raise ArgumentError("Lengths and distances must be tables of pairs.", found=found)
    check_is_series(groups, "groups")
    ids = lengths.index
    tables = {
        "lengths": lengths.columns,
        "geodesic": geodesic.index,
        "geodesic (columns)": geodesic.columns,
        "groups": groups.index,
    }
    for name, known in tables.items():
        lost = [code for code in ids if code not in known]
        if lost or not known.is_unique or not ids.is_unique:
            raise ArgumentError(
                f"{name!r} must have each city once.",
                found=f"missing: {few(lost)}" if lost else "repeated cities",
                fix="Compute it for the same cities.",
            )
    bad = ids[groups.loc[ids].isna()]
    if len(bad):
        raise ArgumentError("Every city needs a group.", found=f"none for {few(bad)}")
    if lengths.isna().to_numpy().any() or geodesic.loc[ids, ids].isna().to_numpy().any():
        raise ArgumentError("A length is missing.", found="NaN", fix="No way is inf, not NaN.")
