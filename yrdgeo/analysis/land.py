"""Output per unit of land, in the units that land policy is written in.

Promise: land is an official or a given area, never that of a polygon: on the coast a polygon is
off by a tenth or more. A city without an area has no value and is named.
"""

import numpy as np
import pandas as pd

from yrdgeo.analysis.arguments import unshared
from yrdgeo.analysis.magnitudes import floats_of
from yrdgeo.errors import Problem, TableError, few, raise_problems

MU_PER_HA = 15.0  # by definition: 1 mu (亩) is 1/15 ha, 2000/3 m²
MU_PER_KM2 = 100.0 * MU_PER_HA
WAN_PER_YI = 1e4  # 1e8 yuan are ten thousand times 1e4 yuan
LARGEST_YIELD = 1e300


def output_per_km2(output: pd.Series, area_km2: pd.Series) -> pd.Series:
    r"""Return output per square kilometre.

    .. math:: y_i = x_i / a_i

    Parameters
    ----------
    output
        x by city: GDP, value added or tax, in 1e8 yuan (亿元); NaN where missing.
    area_km2
        a by city: official land area, or the area of the land in question (built-up, industrial)
        in km²; NaN where missing. Never the area of a boundary polygon, which on the coast holds
        water and tidal flats.

    Returns
    -------
    yield_
        Shape (n,), by city in the order of ``output``, in 1e8 yuan per km² (亿元/平方公里). NaN
        where output or area is missing; ``attrs["note"]`` names these cities.

    Raises
    ------
    TableError
        If ids repeat or differ, an output is negative or infinite, or an area is not above zero.

    Examples
    --------
    >>> gdp = pd.Series({"330100": 18_753.0, "330900": 1_951.0})
    >>> area = pd.Series({"330900": 1_440.0, "330100": 16_596.0})
    >>> output_per_km2(gdp, area).round(3).to_dict()
    {'330100': 1.13, '330900': 1.355}
    """
    return _per_land(output, area_km2).rename("output_per_km2")


def output_per_mu(output: pd.Series, area_km2: pd.Series) -> pd.Series:
    r"""Return output per mu (亩均产出), in 1e4 yuan per mu.

    .. math:: y_i = \frac{10^4 \, x_i}{1500 \, a_i}

    for 1 km² is 1500 mu exactly and 1e8 yuan are 10⁴ times 1e4 yuan.

    Parameters
    ----------
    output, area_km2
        As in :func:`output_per_km2`: 1e8 yuan and km².

    Returns
    -------
    yield_
        Shape (n,), by city in the order of ``output``, in 1e4 yuan per mu (万元/亩). NaN where
        output or area is missing; ``attrs["note"]`` names these cities.

    Raises
    ------
    TableError
        As in :func:`output_per_km2`.

    References
    ----------
    浙江省 "亩均论英雄" evaluation: 亩均增加值, 亩均税收, over the land that enterprises use.

    Examples
    --------
    >>> gdp = pd.Series({"330100": 18_753.0})
    >>> area = pd.Series({"330100": 16_596.0})
    >>> output_per_mu(gdp, area).round(3).to_dict()
    {'330100': 7.533}
    """
    per_km2 = _per_land(output, area_km2)
    result = (per_km2 * (WAN_PER_YI / MU_PER_KM2)).rename("output_per_mu")
    result.attrs.update(per_km2.attrs)
    return result


def _per_land(output: pd.Series, area_km2: pd.Series) -> pd.Series:
    given = {"output": _series(output, "output"), "area": _series(area_km2, "area")}
    raise_problems(_label_problems(given), source="output and area")
    amounts, areas = (_numbers(one).reindex(output.index) for one in given.values())
    faults = {
        "outputs are negative or infinite": amounts.lt(0.0) | np.isinf(amounts),
        "areas are not finite and above zero": areas.le(0.0) | np.isinf(areas),
        "outputs over areas are larger than 1e300": _overflowing(amounts, areas),
    }
    problems = [
        Problem(what, value=few(amounts.index[bad])) for what, bad in faults.items() if bad.any()
    ]
    for name, one in given.items():
        text = one.index[_numbers(one).isna() & one.notna()]
        if len(text):
            problems.append(Problem(f"the {name} is not a number", value=few(text)))
    raise_problems(problems, source="output and area")
    result = amounts / areas
    lost = [str(city) for city in result.index[result.isna()]]
    result.attrs["note"] = f"No output or no land area: {', '.join(lost)}." if lost else ""
    result.attrs["note_zh"] = f"缺产出或土地面积：{'、'.join(lost)}。" if lost else ""
    return result


def _series(given: object, name: str) -> pd.Series:
    if not isinstance(given, pd.Series):
        found = type(given).__name__
        raise TableError(f"The {name} must be a pandas Series by city.", found=found)
    return given


def _numbers(given: pd.Series) -> pd.Series:
    return pd.Series(floats_of(given), given.index, name=given.name)


def _overflowing(amounts: pd.Series, areas: pd.Series) -> pd.Series:
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        over = (amounts / areas).to_numpy() > LARGEST_YIELD
    return pd.Series(over & np.isfinite(amounts.to_numpy()), amounts.index) & areas.gt(0.0)


def _label_problems(given: dict[str, pd.Series]) -> list[Problem]:
    problems = []
    for name, one in given.items():
        repeated = one.index[one.index.duplicated()].unique()
        if len(repeated):
            problems.append(Problem(f"ids of the {name} are repeated", value=few(repeated)))
    odd = unshared(given["output"].index, given["area"].index)
    if len(odd):
        fix = "Give both for each city; a missing one may be NaN."
        problems.append(Problem("cities have only one of the two", value=few(odd), fix=fix))
    return problems
