"""What a row of a registry of measures says, so that study, command line and atlas can use it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure that a study can ask for.

    Attributes
    ----------
    function
        Called with the travel times where the family is ``accessibility`` or ``network``, then
        the amounts named in ``takes``, then by keyword what is named in ``needs`` and the
        options of ``defaults``.
    takes
        Names of the amounts that the function takes, in its order.
    unit_zh, unit_en
        Empty if the result has the unit of the first amount.
    better
        Whether a high or a low value is the better place to be; ``none`` where neither is.
    kind
        ``extensive`` if the result grows in proportion with the amounts.
    defaults
        Options by name, where the study gives none.
    family
        What it is a measure of: where it is listed and which room computes it.
    result
        ``city``: a Series by adcode, to be mapped; ``group``: one number for a group of cities;
        ``pair``: a city × city matrix.
    needs
        Further inputs that the function takes by keyword and that whoever calls it must have:
        ``straight_km`` and ``network_km`` (tables of pairs, origins × destinations), ``costs``
        (money, such a table), ``network``.
    decimals
        That are shown, where the result has a unit of its own.
    """

    function: Callable[..., Any]  # a Series, a number or a matrix, as ``result`` says
    title_zh: str
    title_en: str
    meaning_zh: str
    meaning_en: str
    unit_zh: str
    unit_en: str
    better: Literal["high", "low", "none"]
    kind: Literal["extensive", "intensive"]
    takes: tuple[str, ...] = ("opportunities",)
    defaults: Mapping[str, object] = field(default_factory=dict)
    family: Literal["accessibility", "network", "inequality", "structure", "score"] = (
        "accessibility"
    )
    result: Literal["city", "group", "pair"] = "city"
    needs: tuple[str, ...] = ()
    decimals: int = 1
