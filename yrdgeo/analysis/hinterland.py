"""Hinterlands: which core is nearest in time, and by how much."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from yrdgeo.analysis.arguments import check_list
from yrdgeo.errors import ArgumentError, few, nearest
from yrdgeo.results import TravelTimes


def hinterland(times: TravelTimes, cores: Sequence[str] | pd.Index) -> pd.DataFrame:
    r"""Assign each city to the core that is nearest in time.

    .. math:: c_i = \operatorname*{argmin}_{c} t_{ic}, \qquad
        m_i = \min_{c \ne c_i} t_{ic} - t_{i c_i}

    Parameters
    ----------
    times
        From the cities (origins) to the cores, which are among the destinations, in minutes.
    cores
        Ids of the cores. Where two are equally near, the one named first wins; a core always
        belongs to itself.

    Returns
    -------
    hinterland
        Indexed by ``adcode`` (the origins): ``core``, its id or None if no core is reached;
        ``travel_time_min`` to it, ``inf`` if none; ``margin_min``, how much farther the
        second-nearest core is: ``inf`` if there is no other in reach, NaN without any core.

    Raises
    ------
    ArgumentError
        If no core is given, or one is given twice or is no destination.

    References
    ----------
    Reilly, W. J. (1931). The law of retail gravitation.

    Examples
    --------
    >>> times = TravelTimes(["x", "y"], ["a", "b"], [[30.0, 50.0], [np.inf, 20.0]])
    >>> hinterland(times, ["a", "b"]).to_dict("index")["x"]
    {'core': 'a', 'travel_time_min': 30.0, 'margin_min': 20.0}
    >>> hinterland(times, ["a", "b"]).to_dict("index")["y"]
    {'core': 'b', 'travel_time_min': 20.0, 'margin_min': inf}
    """
    names = _checked(times, cores)
    minutes = times.minutes[:, times.destinations.get_indexer(names)]
    ordered = np.sort(np.column_stack([minutes, np.full(len(minutes), np.inf)]), axis=1)
    chosen = minutes.argmin(axis=1)
    time, second = ordered[:, 0].copy(), ordered[:, 1].copy()
    # A core is its own even if another core, named earlier, is zero minutes away.
    own = names.get_indexer(times.origins)
    rows = np.flatnonzero(own >= 0)
    chosen[rows] = own[rows]
    time[rows] = minutes[rows, own[rows]]
    others = minutes[rows].copy()
    others[np.arange(len(rows)), own[rows]] = np.inf
    second[rows] = others.min(axis=1, initial=np.inf)
    reached = np.isfinite(time)
    margin = np.full(len(time), np.nan)
    margin[reached] = second[reached] - time[reached]
    core = names.to_numpy(dtype=object)[chosen]
    core[~reached] = None
    index = times.origins.rename("adcode")
    # As an object column: pandas 3 would read text and None as its str type, with NaN for None.
    nearest_core = pd.Series(core, index, dtype=object)
    return pd.DataFrame({"core": nearest_core, "travel_time_min": time, "margin_min": margin})


def _checked(times: TravelTimes, cores: Sequence[str] | pd.Index) -> pd.Index:
    given: object = times  # in any unit: only their order counts
    if not isinstance(given, TravelTimes):
        raise ArgumentError("times must be TravelTimes.", found=type(given).__name__)
    names = pd.Index(check_list(cores, "cores"), dtype=object)
    repeated = names[names.duplicated()]
    if len(repeated):
        raise ArgumentError("Cores are repeated.", found=few(repeated.unique()))
    unknown = names[~names.isin(times.destinations)]
    if len(unknown):
        legal = [str(name) for name in times.destinations]
        fix = nearest(str(unknown[0]), legal)
        raise ArgumentError("Cores are no destinations of the times.", found=few(unknown), fix=fix)
    return names
