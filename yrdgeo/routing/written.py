"""Travel times that no memory holds: written as Parquet parts, block by block.

Promise: no process holds more than its block; a later call goes on where an earlier one ended.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from yrdgeo.results import Network
from yrdgeo.routing import store
from yrdgeo.routing.blocks import Parts, Task, parts_by_blocks
from yrdgeo.routing.engine import Engine, Prepared, limit_ms, ready
from yrdgeo.routing.graph import as_ids
from yrdgeo.routing.parallel import AnyExecutor
from yrdgeo.routing.times import check_cutoff


def travel_time_parts(  # noqa: PLR0913 — options, each by name
    network: Network | Prepared,
    origins: Sequence[str] | pd.Index,
    destinations: Sequence[str] | pd.Index,
    *,
    folder: str | Path,
    cutoff_min: float = np.inf,
    engine: Engine = "auto",
    cache: str | Path | None = None,
    executor: AnyExecutor | None = None,
) -> list[Path]:
    """Write travel times as Parquet files of some origins each, and return their paths.

    Parameters
    ----------
    network, origins, destinations, cutoff_min, engine, cache, executor
        As in :func:`yrdgeo.routing.times.travel_times`.
    folder
        Where the parts go; all workers write there. Parts of the same question that are there
        and whole are kept, others are computed.

    Returns
    -------
    parts
        Files whose rows are origins and whose columns are destinations, in minutes, ``inf``
        where there is no path; together they hold every origin once, those that lie close
        together in one part.

    Raises
    ------
    NetworkError
        If an id is neither a node nor the adcode of a seat, or links take absurdly long.
    ArgumentError
        If an id is given twice, or the cut-off is negative or not a number.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> nodes = pd.DataFrame({"node_id": ["a", "b"]})
    >>> links = pd.DataFrame({"link_id": ["1"], "from_node": ["a"], "to_node": ["b"],
    ...     "mode": "road", "length_km": 10.0, "speed_kmh": 60.0})
    >>> with TemporaryDirectory() as folder:
    ...     parts = travel_time_parts(Network(links, nodes), ["a", "b"], ["b"], folder=folder)
    ...     pd.concat([pd.read_parquet(part) for part in parts])["b"].to_dict()
    {'a': 10.0, 'b': 0.0}
    """
    check_cutoff(cutoff_min)
    starts, ends = as_ids(origins, role="origins"), as_ids(destinations, role="destinations")
    here = ready(network, min(len(starts), len(ends)), engine=engine, cache=cache)
    sources = here.numbers(starts, role="origins")
    targets = here.numbers(ends, role="destinations", arriving=True)
    task = Task(here.core, sources, targets, limit_ms(cutoff_min))
    kept = Parts(Path(folder), starts, ends, store.fingerprint(here.graph))
    return parts_by_blocks(task, kept, executor)
