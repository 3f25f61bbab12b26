"""The parts of a network that do not hang together, counted.

Promise: every node and every link is counted once in each kind of part, or as a link between.
"""

import numpy as np
import pandas as pd

from yrdgeo.results import Network
from yrdgeo.routing.graph import Connection, components

_KINDS: tuple[Connection, ...] = ("weak", "strong")


def component_report(network: Network) -> pd.DataFrame:
    """Return size, kilometres and seats of every component, weak and strong.

    Parameters
    ----------
    network
        The network.

    Returns
    -------
    report
        One row a component: ``connection`` (``weak``: joined by links, whichever way they lead;
        ``strong``: every node reaches every other), ``component`` as in
        :func:`yrdgeo.routing.graph.components`, ``nodes``, ``links`` and ``length_km`` inside,
        ``seats``, ``share`` of all nodes, and ``first_node``, the id that sorts first. Links
        between strong components are in none.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["island", "a", "b"]})
    >>> links = pd.DataFrame({"link_id": ["1"], "from_node": "a", "to_node": "b", "mode": "road",
    ...     "length_km": 10.0, "speed_kmh": 60.0})
    >>> report = component_report(Network(links, nodes))
    >>> report.loc[report["connection"].eq("strong"), ["nodes", "links", "first_node"]]
       nodes  links first_node
    2      2      1          a
    3      1      0     island
    """
    return pd.concat([_report(network, kind) for kind in _KINDS], ignore_index=True)


def _report(network: Network, connection: Connection) -> pd.DataFrame:
    part = components(network, connection=connection)
    links, nodes = network.links, network.nodes
    start = part.loc[links["from_node"]].to_numpy()
    inside = start == part.loc[links["to_node"]].to_numpy()
    count = int(part.max()) + 1 if len(part) else 0
    seats = nodes["kind"].eq("seat").to_numpy()
    own = part.to_numpy()
    sizes = np.bincount(own, minlength=count)
    length = links["length_km"].to_numpy(dtype=np.float64)
    names = pd.Series(part.index.astype(str), dtype=object).groupby(own).min()
    return pd.DataFrame(
        {
            "connection": connection,
            "component": np.arange(count),
            "nodes": sizes,
            "links": np.bincount(start[inside], minlength=count),
            "length_km": np.bincount(start[inside], weights=length[inside], minlength=count),
            "seats": np.bincount(own[seats], minlength=count),
            "share": sizes / max(1, len(part)),
            "first_node": names.to_numpy(),
        }
    )
