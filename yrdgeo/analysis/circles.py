"""Metropolitan circles: what lies within an hour and leans on the core, against official lists."""

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from yrdgeo.analysis.amounts import checked
from yrdgeo.analysis.arguments import check_is_series, check_list, check_number, check_whole
from yrdgeo.analysis.flows import checked_flows, flow_shares
from yrdgeo.errors import ArgumentError, few
from yrdgeo.results import TravelTimes


def circles(
    times: TravelTimes,
    flows: pd.DataFrame,
    cores: Collection[str],
    *,
    cutoff_min: float = 60.0,
    least_share: float = 0.1,
) -> pd.DataFrame:
    r"""Delimit the circle of each core by time and by linkage.

    .. math:: i \in C_k \iff T_{ik} \le c \;\wedge\; \lambda_{ik} \ge \theta

    Circles may overlap. A core belongs to its own circle.

    Parameters
    ----------
    times
        Travel times of all cities to the cores, directed to the core.
    flows
        n × n flows between the same cities (modelled or observed).
    cores
        Adcodes.
    cutoff_min
        c, minutes, included.
    least_share
        θ: share of a city's flows that goes to the core.

    Returns
    -------
    members
        One row a core and city within the cut-off: ``core member_id travel_time_min share
        inside`` (whether the share suffices), sorted by core and time.

    Raises
    ------
    ArgumentError
        If a core or a city is not in times and flows, or an option is out of range.

    References
    ----------
    National Development and Reform Commission (2019). 关于培育发展现代化都市圈的指导意见
    (一小时通勤圈).

    Examples
    --------
    >>> ids = pd.Index(["a", "b", "c"])
    >>> times = TravelTimes(ids, ids, [[0, 30, 50], [30, 0, 90], [50, 90, 0]])
    >>> flows = pd.DataFrame([[0.0, 9, 1], [9, 0, 1], [1, 20, 0]], ids, ids)
    >>> circles(times, flows, ["a"])[["member_id", "inside"]].to_numpy().tolist()
    [['a', True], ['b', True], ['c', False]]
    """
    times = checked(times)
    cutoff_min = check_number(cutoff_min, "cutoff_min", above=0)
    least_share = check_number(least_share, "least_share", least=0, most=1)
    named = list(dict.fromkeys(map(str, check_list(cores, "cores"))))
    shares = flow_shares(flows)
    lost = [core for core in named if core not in times.destinations or core not in shares.columns]
    lost += list(times.origins.difference(shares.index))
    if lost:
        raise ArgumentError("Cores and cities must be in times and flows.", found=few(lost))
    minutes = times.to_frame()
    parts = []
    for core in named:
        near = minutes[core][minutes[core] <= cutoff_min]
        share = shares.loc[near.index, core].fillna(0.0).to_numpy()
        own = near.index == core
        part = pd.DataFrame(
            {
                "core": core,
                "member_id": near.index,
                "travel_time_min": near.to_numpy(),
                "share": np.where(own, np.nan, share),
                "inside": own | (share >= least_share),
            }
        )
        parts.append(part.sort_values(["travel_time_min", "member_id"], kind="stable"))
    return pd.concat(parts, ignore_index=True)


def overlap(found: pd.DataFrame, official: Mapping[str, Collection[str]]) -> pd.DataFrame:
    r"""Compare circles with official lists.

    .. math:: J = \frac{|C \cap O|}{|C \cup O|}

    Parameters
    ----------
    found
        As :func:`circles` returns it.
    official
        Members by core. Members that ``found`` knows nothing of count as missed.

    Returns
    -------
    table
        Indexed by core: ``n_found n_official n_both jaccard missed`` (official, not found) and
        ``extra`` (found, not official), the last two joined by semicolons.

    Raises
    ------
    ArgumentError
        If no core is in both.

    Examples
    --------
    >>> rows = pd.DataFrame({"core": "a", "member_id": ["a", "b"], "inside": [True, True]})
    >>> overlap(rows, {"a": ["a", "c"]}).loc["a", ["missed", "extra"]].tolist()
    ['c', 'b']
    """
    columns = list(getattr(found, "columns", []))
    if any(columns.count(name) != 1 for name in ("core", "member_id", "inside")):
        raise ArgumentError(
            "The circles must be a table with columns core, member_id and inside.",
            found=few(columns) or type(found).__name__,
            fix="Pass what circles() returns.",
        )
    inside = found[found["inside"].astype(bool)]
    mine = {
        str(core): set(map(str, part["member_id"]))
        for core, part in inside.groupby("core", sort=False)
    }
    common = [core for core in mine if core in official]
    if not common:
        raise ArgumentError(
            "No circle has an official list.", found=few(official), fix=f"Cores: {few(mine)}."
        )
    rows = {}
    for core in common:
        listed = set(map(str, official[core]))
        both = mine[core] & listed
        rows[core] = {
            "n_found": len(mine[core]),
            "n_official": len(listed),
            "n_both": len(both),
            "jaccard": len(both) / len(mine[core] | listed),
            "missed": ";".join(sorted(listed - mine[core])),
            "extra": ";".join(sorted(mine[core] - listed)),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("core")


def communities(flows: pd.DataFrame, *, resolution: float = 1.0, seed: int = 0) -> pd.Series:
    """Divide cities into communities that exchange more among themselves than chance would.

    Louvain's method on the flows of both directions together (networkx).

    Parameters
    ----------
    flows
        n × n, zero or more.
    resolution
        Above 1 gives more and smaller communities.
    seed
        The method depends on the order of visits; the seed fixes it.

    Returns
    -------
    community
        By city, numbered from 1 by size (equal sizes by the least code).

    Raises
    ------
    ArgumentError
        If flows are missing, negative or infinite, or all zero.

    References
    ----------
    Blondel, V. D. et al. (2008). Fast unfolding of communities in large networks. Journal of
    Statistical Mechanics, P10008.

    Examples
    --------
    >>> ids = list("abcd")
    >>> block = pd.DataFrame([[0, 9, 1, 0], [9, 0, 0, 1], [1, 0, 0, 9], [0, 1, 9, 0.0]], ids, ids)
    >>> communities(block).to_dict()
    {'a': 1, 'b': 1, 'c': 2, 'd': 2}
    """
    import networkx as nx  # type: ignore[import-untyped]  # noqa: PLC0415 — slow, and for this alone

    resolution = check_number(resolution, "resolution", above=0)
    seed = check_whole(seed, "seed", least=0)
    square = checked_flows(flows).sort_index().sort_index(axis=1)
    both = square.to_numpy() + square.to_numpy().T
    if not both.any():
        raise ArgumentError("There is no flow to divide.", fix="Bring flows above zero.")
    graph = nx.Graph()
    graph.add_nodes_from(range(len(both)))
    i, j = np.nonzero(np.triu(both, 1))
    graph.add_weighted_edges_from(zip(i.tolist(), j.tolist(), both[i, j].tolist(), strict=True))
    found = nx.community.louvain_communities(graph, resolution=resolution, seed=seed)
    ranked = sorted(found, key=lambda part: (-len(part), min(part)))
    label = pd.Series(0, square.index, name="community")
    for number, part in enumerate(ranked, 1):
        label.iloc[sorted(part)] = number
    return label.reindex(flows.index)


def normalised_mutual_information(one: pd.Series, other: pd.Series) -> float:
    r"""Return how much one division of cities says of another: 0 nothing, 1 all.

    .. math:: \mathrm{NMI} = \frac{2 \, I(A; B)}{H(A) + H(B)}

    Parameters
    ----------
    one, other
        Labels of the same cities (community, province).

    Returns
    -------
    nmi
        0 to 1; 1 where both have one class.

    Raises
    ------
    ArgumentError
        If the cities differ or a label is missing.

    References
    ----------
    Danon, L. et al. (2005). Comparing community structure identification. Journal of Statistical
    Mechanics, P09008.

    Examples
    --------
    >>> a = pd.Series([1, 1, 2, 2], list("wxyz"))
    >>> float(round(normalised_mutual_information(a, a * 5), 12))
    1.0
    """
    for series in (one, other):
        check_is_series(series, "division")
    if set(one.index) != set(other.index) or one.isna().any() or other.isna().any():
        raise ArgumentError("Both divisions need a label for the same cities.")
    for series in (one, other):
        if not series.index.is_unique:
            twice = few(series.index[series.index.duplicated()].unique())
            raise ArgumentError("A division must have each city once.", found=twice)
    one, other = one.astype(str), other.astype(str)
    labels = (one, other.reindex(one.index))
    places = tuple(pd.factorize(label, sort=True)[0] for label in labels)
    counts = np.zeros([place.max(initial=-1) + 1 for place in places])
    np.add.at(counts, places, 1.0)
    p = counts / counts.sum()
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    outer = np.outer(rows, columns)
    mutual = float((p[p > 0] * np.log(p[p > 0] / outer[p > 0])).sum())
    entropy = -sum(float((q[q > 0] * np.log(q[q > 0])).sum()) for q in (rows, columns))
    return 1.0 if entropy == 0 else 2 * mutual / entropy
