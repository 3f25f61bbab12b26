"""Classes and colours; promise: a fill, a legend row and a printed number never disagree.

Classes are half-open from below, (lower, upper]. Breaks are moved to the roundest number that
leaves every value in its class, so a legend can print them exactly.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, log10

import numpy as np
import numpy.typing as npt

from yrdgeo.errors import ArgumentError, nearest

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MISSING = -1
UNREACHABLE = -2

# Even steps of CIELAB lightness, 93 down to 26, through the hues of ColorBrewer's YlGnBu.
SEQUENTIAL: dict[int, tuple[str, ...]] = {
    1: ("#3badc3",),
    2: ("#e0f3b2", "#236eaf"),
    3: ("#e0f3b2", "#3badc3", "#2458a5"),
    4: ("#e0f3b2", "#64c1c0", "#2184ba", "#26459c"),
    5: ("#e0f3b2", "#7acbbc", "#2a9ac1", "#2367ac", "#233391"),
    6: ("#e0f3b2", "#90d3ba", "#3cafc3", "#2186bb", "#225da7", "#233391"),
    7: ("#e0f3b2", "#9ed8b8", "#55bcc2", "#2a9ac1", "#2378b4", "#2455a4", "#233391"),
}
# Away from the midpoint, lightness 88 down to 42, through the hues of ColorBrewer's BrBG.
BELOW: dict[int, tuple[str, ...]] = {
    0: (),
    1: ("#d1a458",),
    2: ("#e4c98b", "#b47726"),
    3: ("#efdbac", "#c99445", "#90550d"),
}
ABOVE: dict[int, tuple[str, ...]] = {
    0: (),
    1: ("#67b9af",),
    2: ("#9bd8ce", "#31928a"),
    3: ("#bbe5df", "#55aca2", "#0e6f67"),
}
SIDE = max(ABOVE)  # classes on each side of a midpoint, at most
NEUTRAL = "#ececd7"  # neither above nor below

# Of named classes, in the order in which a layer names them; each list is told apart whole.
CATEGORIES: dict[str, tuple[str, ...]] = {
    "qualitative": (
        "#4c8fc7", "#e8c15c", "#a34a7f", "#7cc6a4", "#d9793f", "#2f343d", "#c9b3e0", "#e9ecee",
    ),
    # high-high, low-low, high-low, low-high, not significant, no neighbour
    "clusters": ("#233391", "#b47726", "#79a9d8", "#f0dcae", "#d5d9dc", "#848b91"),
    "spots": ("#233391", "#b47726", "#d5d9dc", "#848b91"),
    "core": ("#2367ac", "#e0f3b2"),
}  # fmt: skip

# What is drawn over the fills; all of them are told apart under each colour blindness.
MARKS = {
    "adjacent": "#0f766e",
    "leapfrog": "#c2410c",
    "hsr": "#3b3b98",
    "rail": "#9ca3af",
    "road": "#b08968",
    "core": "#111827",
    "hinterland": "#4a044e",
    "rings": "#57534e",
    "circle": "#c026d3",
    "flow": "#ca8a04",
    "field": "#731e0d",
}

SAMPLE = 600  # Fisher–Jenks grows with the square of the values; more than these are sampled


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes of one layer, for every year and scenario of it.

    Attributes
    ----------
    breaks
        The k − 1 inner bounds, ascending; a value equal to a break is in the class below it.
    colours
        k colours, from the lowest class to the highest.
    neutral
        The class that holds the midpoint and nothing else, if there is one.
    """

    breaks: tuple[float, ...]
    colours: tuple[str, ...]
    scheme: str
    neutral: int | None = None

    def index(self, values: Floats) -> Ints:
        """Return the class of each value; −1 where it is missing, −2 where it is infinite.

        >>> Classes((10.0,), ("#fff", "#000"), "manual").index(np.array([10.0, 11.0, np.nan]))
        array([ 0,  1, -1])
        """
        numbers = np.asarray(values, dtype=np.float64)
        found = np.searchsorted(np.asarray(self.breaks), numbers, side="left").astype(np.int64)
        found[np.isinf(numbers)] = UNREACHABLE
        found[np.isnan(numbers)] = MISSING
        return found


def _fisher_jenks(values: Floats, k: int) -> Floats:
    import mapclassify  # noqa: PLC0415 — three seconds, and only maps need it

    ordered = np.sort(values)
    if len(ordered) > SAMPLE:
        ordered = ordered[np.linspace(0, len(ordered) - 1, SAMPLE).round().astype(int)]
    return np.asarray(mapclassify.FisherJenks(ordered, k=min(k, len(np.unique(ordered)))).bins)


def _quantiles(values: Floats, k: int) -> Floats:
    import mapclassify  # noqa: PLC0415 — as above

    return np.asarray(mapclassify.Quantiles(values, k=k).bins)


def _equal_interval(values: Floats, k: int) -> Floats:
    import mapclassify  # noqa: PLC0415 — as above

    return np.asarray(mapclassify.EqualInterval(values, k=k).bins)


def _head_tail(values: Floats, k: int) -> Floats:
    import mapclassify  # noqa: PLC0415 — as above

    bins = np.asarray(mapclassify.HeadTailBreaks(values).bins)
    return bins if len(bins) <= k else np.append(bins[: k - 1], bins[-1])


SCHEMES: dict[str, Callable[[Floats, int], Floats]] = {
    "fisher_jenks": _fisher_jenks,
    "quantiles": _quantiles,
    "equal_interval": _equal_interval,
    "head_tail": _head_tail,
}


def classify(
    values: Sequence[float] | Floats,
    *,
    scheme: str = "fisher_jenks",
    k: int = 5,
    midpoint: float | None = None,
    step: float | None = None,
    breaks: Sequence[float] | None = None,
) -> Classes:
    """Return classes of all values that will ever be compared: every year, every scenario.

    Parameters
    ----------
    values
        Numbers as they are printed; NaN and infinity are left out.
    scheme
        ``fisher_jenks``, ``quantiles``, ``equal_interval`` or ``head_tail``; all are
        deterministic (natural breaks by random starts are not).
    k
        At most 7 classes, fewer if there are fewer distinct values.
    midpoint
        For a diverging palette: a number that is a class bound, with up to three classes on
        each side of it.
    step
        Between two printed values: those that print as the midpoint then are a class of their
        own, in a colour of neither side.
    breaks
        The inner bounds themselves, instead of a scheme.

    Raises
    ------
    ArgumentError
        If the scheme is unknown or there are more classes than colours.

    References
    ----------
    Fisher, W. D. (1958). On grouping for maximum homogeneity. JASA 53, 789-798.

    Examples
    --------
    >>> classify([1.0, 2.0, 3.0, 51.0, 52.0, 99.0], k=3).breaks
    (50.0, 60.0)
    >>> classify([-2.0, -1.0, 4.0], scheme="equal_interval", midpoint=0.0).breaks
    (-2.0, 0.0)
    >>> classify([-2.0, 0.0, 4.0], midpoint=0.0, step=0.1).breaks
    (-0.1, 0.0)
    """
    finite = np.asarray(values, dtype=np.float64)
    finite = finite[np.isfinite(finite)]
    if breaks is not None:
        bounds = tuple(sorted({float(b) for b in breaks}))
        return Classes(bounds, _colours(len(bounds) + 1), "manual")
    if scheme not in SCHEMES:
        raise ArgumentError(
            f"There is no classification {scheme!r}.", fix=nearest(scheme, list(SCHEMES))
        )
    if midpoint is not None and np.isfinite(midpoint):
        return _diverging(finite, scheme, float(midpoint), step)
    bounds = _bounds(finite, scheme, k)
    return Classes(bounds, _colours(len(bounds) + 1), scheme)


def named_classes(n: int, palette: str) -> Classes:
    """Return n named classes: the values are 0, 1, … n − 1.

    Parameters
    ----------
    palette
        A key of :data:`CATEGORIES`; ``qualitative`` stands in for any other.

    Raises
    ------
    ArgumentError
        If there are none, or more than colours that every eye tells apart.

    Examples
    --------
    >>> named_classes(2, "core").index(np.array([1.0, 0.0, np.nan])).tolist()
    [1, 0, -1]
    """
    colours = CATEGORIES.get(palette, CATEGORIES["qualitative"])
    if not 1 <= n <= len(colours):
        raise ArgumentError(
            f"A map has one to {len(colours)} named classes.",
            found=f"{n}",
            fix="Join the smallest ones.",
        )
    return Classes(tuple(k + 0.5 for k in range(n - 1)), colours[:n], "categories")


def _diverging(finite: Floats, scheme: str, midpoint: float, step: float | None) -> Classes:
    if step is not None and np.any(finite == midpoint):
        return _with_neutral(finite, scheme, midpoint, step)
    low, high = finite[finite <= midpoint], finite[finite > midpoint]
    below = tuple(b for b in _bounds(low, scheme, SIDE) if b < midpoint)
    above = tuple(b for b in _bounds(high, scheme, SIDE) if b > midpoint)
    colours = BELOW[len(below) + 1][::-1] + ABOVE[len(above) + 1]
    return Classes((*below, midpoint, *above), colours, scheme)


def _with_neutral(finite: Floats, scheme: str, midpoint: float, step: float) -> Classes:
    """Return classes below, of and above a midpoint; (midpoint - step, midpoint] has only it."""
    under = float(np.round(midpoint - step, 12))
    below = tuple(b for b in _bounds(finite[finite < midpoint], scheme, SIDE) if b < under)
    above = tuple(b for b in _bounds(finite[finite > midpoint], scheme, SIDE) if b > midpoint)
    colours = (*BELOW[len(below) + 1][::-1], NEUTRAL, *ABOVE[len(above) + 1])
    return Classes((*below, under, midpoint, *above), colours, scheme, len(below) + 1)


def turned(classes: Classes, *, midpoint: float = 0.0) -> Classes:
    """Return classes around a midpoint in the hues that the other side usually has.

    >>> turned(Classes((0.0,), BELOW[1] + ABOVE[1], "quantiles")).colours == ABOVE[1] + BELOW[1]
    True
    """
    middle = () if classes.neutral is None else (NEUTRAL,)
    below = sum(bound <= midpoint for bound in classes.breaks) - len(middle)
    above = len(classes.colours) - below - len(middle)
    colours = (*ABOVE[below][::-1], *middle, *BELOW[above])
    return replace(classes, colours=colours)


def _bounds(finite: Floats, scheme: str, k: int) -> tuple[float, ...]:
    distinct = np.unique(finite)
    if len(distinct) <= 1:
        return ()
    with warnings.catch_warnings():
        # Many equal values give fewer classes than were asked for, as they should.
        warnings.filterwarnings("ignore", "Not enough unique values", UserWarning)
        cuts = SCHEMES[scheme](finite, min(k, len(distinct)))[:-1]
    return legible(cuts, distinct)


def _colours(k: int) -> tuple[str, ...]:
    if k not in SEQUENTIAL:
        raise ArgumentError(
            "A map has one to seven classes.", found=f"{k}", fix="Give fewer breaks."
        )
    return SEQUENTIAL[k]


def legible(cuts: Sequence[float] | Floats, values: Floats) -> tuple[float, ...]:
    """Move each cut to the roundest number that leaves the same values on either side.

    >>> legible([52.37], np.array([3.1, 52.37, 88.0]))
    (60.0,)
    """
    ordered = np.unique(values)
    places = np.searchsorted(ordered, np.asarray(cuts, dtype=np.float64), side="right")
    return tuple(
        _roundest(float(ordered[place - 1]), float(ordered[place]))
        for place in sorted({int(p) for p in places})
        if 0 < place < len(ordered)
    )


def _roundest(low: float, high: float) -> float:
    """Return the roundest number in [low, high)."""
    if low < 0 <= high and high > 0:
        return 0.0
    top = floor(log10(max(abs(low), abs(high)))) + 1
    for power in range(top, top - 16, -1):
        scale = 10.0 ** abs(power)
        for digit in (5.0, 2.0, 1.0):
            # Dividing by a whole power of ten keeps 0.3 from becoming 0.30000000000000004.
            if power >= 0:
                number = ceil(low / (digit * scale)) * digit * scale
            else:
                number = ceil(low * scale / digit) * digit / scale
            if low <= number < high:
                return number
    return low
