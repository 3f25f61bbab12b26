"""Every error says three things: what is wrong, what was found, what to do.

::

    YrdGeoError
    ├── TableError           (ValueError)   a table breaks its contract
    ├── SourceError          (OSError)      a file is absent, damaged or not as its source says
    ├── PlaceError           (LookupError)  a place name is unknown or means two places
    ├── StudyError           (ValueError)   a study file asks for something impossible
    ├── NetworkError         (ValueError)   links and nodes do not make a network
    ├── ArgumentError        (ValueError)   an argument of a public function is out of its domain
    └── MissingPackageError  (ImportError)  an optional package is not installed

All of them are the user's to mend, so the command line exits with 2 for each.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

SHOWN = 3  # offenders named in a message; the rest are counted
LISTED = 40  # legal names that are listed in full


class YrdGeoError(Exception):
    """What every deliberate error of the package is."""

    def __init__(self, what: str, *, found: str = "", fix: str = "") -> None:
        self.what = what
        self.found = found
        self.fix = fix
        parts = [what, f"Found: {found}." if found else "", fix]
        super().__init__(" ".join(part for part in parts if part))


class TableError(YrdGeoError, ValueError):
    """A table breaks its contract."""


class SourceError(YrdGeoError, OSError):
    """A file is absent, damaged, or not what its source row says."""


class PlaceError(YrdGeoError, LookupError):
    """A place name is unknown or means two places."""


class StudyError(YrdGeoError, ValueError):
    """A study file asks for something impossible."""


class NetworkError(YrdGeoError, ValueError):
    """Links and nodes do not make a network."""


class ArgumentError(YrdGeoError, ValueError):
    """An argument of a public function is out of its domain."""


class MissingPackageError(YrdGeoError, ImportError):
    """An optional package is not installed."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in one place of a file; the header is row 1.

    ``row`` is 0 when the problem belongs to the whole file, ``column`` is empty when it
    belongs to the whole row.
    """

    what: str
    row: int = 0
    column: str = ""
    value: str = ""
    fix: str = ""

    def __str__(self) -> str:
        """Say where, what, which value and what to do, on one line."""
        row = f"row {self.row}" if self.row else ""
        column = f"column {self.column!r}" if self.column else ""
        where = ", ".join(part for part in (row, column) if part)
        value = f" (found {self.value!r})" if self.value else ""
        fix = f" {self.fix}" if self.fix else ""
        return f"{where}: {self.what}{value}.{fix}" if where else f"{self.what}{value}.{fix}"


def raise_problems(
    problems: Iterable[Problem],
    *,
    source: str,
    error: type[YrdGeoError] = TableError,
    shown: int = 20,
) -> None:
    """Raise one error that lists all problems of one file; do nothing if there are none."""
    listed = sorted(problems, key=lambda problem: (problem.row, problem.column))
    if not listed:
        return
    lines = [f"  {problem}" for problem in listed[:shown]]
    if len(listed) > shown:
        lines.append(f"  … and {len(listed) - shown} more")
    count = "1 problem" if len(listed) == 1 else f"{len(listed)} problems"
    raise error("\n".join([f"{source}: {count}", *lines]))


def few(items: Iterable[object]) -> str:
    """Name the first three items and count the rest."""
    listed = [str(item) for item in items]
    more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    return ", ".join(listed[:SHOWN]) + more


def nearest(name: str, legal: Sequence[str]) -> str:
    """Offer the legal name nearest to a typo, or list the legal names."""
    if not legal:
        return ""
    close = get_close_matches(name, legal, n=1, cutoff=0.6)
    listed = ", ".join(legal) if len(legal) <= LISTED else few(legal)
    return f"Did you mean {close[0]!r}?" if close else f"Legal: {listed}."
