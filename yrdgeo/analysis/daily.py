"""Daily accessibility: what can be reached, stayed at and returned from within a day's budget.

Promise: the way there and the way back are each their own; no way back is as bad as no way there.
"""

import numpy as np
import pandas as pd

from yrdgeo.analysis.amounts import Floats, aligned, checked, row_blocks
from yrdgeo.analysis.arguments import check_number
from yrdgeo.analysis.until import ROUNDING
from yrdgeo.errors import ArgumentError, few
from yrdgeo.results import TravelTimes

MINUTES_PER_DAY = 1_440.0


def daily_reach(
    times: TravelTimes,
    opportunities: pd.Series,
    *,
    budget_min: float,
    stay_min: float = 0.0,
    back: TravelTimes | None = None,
) -> pd.Series:
    r"""Sum the opportunities that a day trip can visit: there, a stay, and back.

    .. math:: A_i = \sum_{j:\, t_{ij} + s + t_{ji} \le B} O_j

    Parameters
    ----------
    times
        Travel times of n origins to m destinations, in minutes.
    opportunities
        Amount at each destination, by id.
    budget_min
        B, minutes of the day for the trip and the stay, above zero, at most 1,440; a trip that
        takes that long, or longer by rounding alone (one part in 10¹²), is in.
    stay_min
        s, minutes at the destination, zero or more, less than the budget.
    back
        Travel times of the way back, from every destination to every origin; other places in it
        are not used. Without it ``times`` must hold them: its destinations are among its origins
        and the other way round.

    Returns
    -------
    reach
        Shape (n,), indexed by origin, in the unit of ``opportunities``; an origin's own are in.

    Raises
    ------
    TableError
        If a destination has no amount, or an amount is missing, negative or infinite.
    ArgumentError
        If the budget or the stay is impossible, times of a way back are absent, or the times
        cannot be minutes.

    References
    ----------
    Törnqvist, G. (1970). Contact systems and regional development. Spiekermann, K. et al.
    (2015). TRACC: transport accessibility at regional/local scale and patterns in Europe.

    Examples
    --------
    >>> times = TravelTimes(["a", "b"], ["a", "b"], [[0, 200], [290, 0]])
    >>> people = pd.Series({"a": 3.0, "b": 5.0})
    >>> daily_reach(times, people, budget_min=720, stay_min=240).to_dict()
    {'a': 3.0, 'b': 5.0}
    >>> daily_reach(times, people, budget_min=730, stay_min=240).to_dict()
    {'a': 8.0, 'b': 8.0}
    """
    _check_day(budget_min, stay_min)
    there = checked(times)
    amounts = aligned(opportunities, there.destinations, name="opportunities")
    here = there if back is None else checked(back)
    rows = _found(here.origins, there.destinations, "from the destinations")
    columns = _found(here.destinations, there.origins, "to the origins")
    reach = np.empty(len(there.origins))
    for block in row_blocks(there.minutes):
        # There + back is back + there to the last bit: i visits j exactly when j visits i.
        homeward: Floats = here.minutes[np.ix_(rows, columns[block])].T
        round_trip = there.minutes[block] + homeward + stay_min
        reach[block] = (round_trip <= budget_min * (1 + ROUNDING)).astype(np.float64) @ amounts
    return pd.Series(reach, there.origins, name="daily_reach")


def _found(
    known: pd.Index, wanted: pd.Index, what: str
) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    places = known.get_indexer(wanted)
    if (places < 0).any():
        raise ArgumentError(
            f"A day trip needs times of the way back, {what}.",
            found=f"none for {few(wanted[places < 0])}",
            fix="Pass them as back=, travel times from the destinations to the origins.",
        )
    return places


def _check_day(budget_min: float, stay_min: float) -> None:
    budget_min = check_number(budget_min, "budget_min", above=0, most=MINUTES_PER_DAY)
    if check_number(stay_min, "stay_min", least=0) >= budget_min:
        raise ArgumentError(
            "stay_min must be less than budget_min.",
            found=f"stay_min={stay_min}, budget_min={budget_min}",
        )
