"""Forms of a gradient as rows of a table, and the observations that each can use."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.analysis.observations import joined
from yrdgeo.errors import ArgumentError, few, nearest
from yrdgeo.units import SUFFIXES

Floats = npt.NDArray[np.float64]
Form = Literal["linear", "log", "exponential", "power", "quadratic"]


@dataclass(frozen=True, slots=True)
class Equation:
    """Which side of a fitted equation is in logarithms, and the degree of its polynomial."""

    log_value: bool
    log_distance: bool
    degree: int = 1

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return ("intercept", "slope", "curvature")[: self.degree + 1]

    def left(self, value: Floats) -> Floats:
        """Return the left-hand side."""
        return np.log(value) if self.log_value else value

    def right(self, distance: Floats) -> Floats:
        """Return what the distance enters as."""
        return np.log(distance) if self.log_distance else distance

    def distance(self, right: Floats) -> Floats:
        """Return the distance that enters as this."""
        return np.exp(right) if self.log_distance else right

    def design(self, distance: Floats) -> Floats:
        """Return a column for each coefficient, shape (n, k)."""
        right = self.right(distance)
        return np.column_stack([right**power for power in range(self.degree + 1)])

    def value(self, left: Floats) -> Floats:
        """Return the value whose left-hand side is given."""
        return np.exp(left) if self.log_value else left


FORMS: dict[str, Equation] = {
    "linear": Equation(log_value=False, log_distance=False),
    "exponential": Equation(log_value=True, log_distance=False),
    "power": Equation(log_value=True, log_distance=True),
    "log": Equation(log_value=False, log_distance=True),
    "quadratic": Equation(log_value=False, log_distance=False, degree=2),
}


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The observations that a form can use, and a sentence on each that it cannot."""

    value: pd.Series
    distance: Floats
    weights: Floats
    notes: tuple[str, ...]

    @property
    def y(self) -> Floats:
        """Values as an array."""
        return self.value.to_numpy(dtype=np.float64)


def equation_of(form: str) -> Equation:
    """Return a row of :data:`FORMS`, or refuse with the nearest legal name."""
    if str(form) not in FORMS:
        fix = nearest(str(form), list(FORMS))
        raise ArgumentError("The form of the gradient is unknown.", found=repr(form), fix=fix)
    return FORMS[form]


def unit_of(series: pd.Series) -> str:
    """Return the unit that a name ends in: ``km`` of ``seat_km``, else nothing."""
    suffix = str(series.name).rsplit("_", maxsplit=1)[-1]
    return suffix if suffix in SUFFIXES else ""


def sample_of(
    values: pd.Series, distance: pd.Series, weights: pd.Series | None, *, equation: Equation
) -> Sample:
    """Join observations by id and keep those that the equation can use.

    Raises
    ------
    ArgumentError
        If ids or domains are wrong, a logarithm of a value does not exist, or too few
        observations at too few distances are left.
    """
    table, notes = usable(joined(values, distance, weights), log_distance=equation.log_distance)
    if equation.log_value:
        refuse_logs(table["value"])
    least, apart = equation.degree + 2, equation.degree + 1
    if len(table) < least or table["distance"].nunique() < apart:
        raise ArgumentError(
            f"A gradient needs {('three', 'four')[equation.degree - 1]} observations or more,"
            f" at {('two', 'three')[equation.degree - 1]} distances or more.",
            found=f"{len(table)} observations at {table['distance'].nunique()} distances",
            fix=" ".join(notes),
        )
    return Sample(
        table["value"],
        table["distance"].to_numpy(dtype=np.float64),
        table["weight"].to_numpy(dtype=np.float64),
        notes,
    )


def usable(table: pd.DataFrame, *, log_distance: bool) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the rows with a value, a path and a logarithm, and a sentence for each that lacks."""
    reasons = {
        "no value": table["value"].isna(),
        "no path from the core": np.isinf(table["distance"]),
    }
    if log_distance:
        reasons["distance 0, which has no logarithm"] = table["distance"] == 0
    notes = []
    used = pd.Series(data=True, index=table.index)
    for reason, lost in reasons.items():
        if (lost & used).any():
            notes.append(f"Left out, {reason}: {', '.join(map(str, table.index[lost & used]))}.")
        used &= ~lost
    return table[used], tuple(notes)


def refuse_logs(value: pd.Series) -> None:
    """Refuse values that have no logarithm, by name."""
    if (value <= 0).any():
        raise ArgumentError(
            "The logarithm of a value needs values above zero.",
            found=f"zero or less at {few(value.index[value <= 0])}",
            fix="Use form='linear' or 'log', or mark what is missing as NaN.",
        )
