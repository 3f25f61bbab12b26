"""What a run computes once and asks for again."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TypeVar, cast

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """Things that were computed before, by what they are and of what.

    Attributes
    ----------
    found
        None where nothing is kept, as of a study in a user's hands, whose tables may be changed.
    """

    found: dict[Hashable, object] | None = None

    def once(self, key: Hashable, build: Callable[[], T]) -> T:
        """Return what was built under this key, or build it now.

        Parameters
        ----------
        key
            What is built, and of what.
        build
            Called without arguments.

        Returns
        -------
        built
            The very same thing every time, so that nobody may change it.

        Examples
        --------
        >>> kept, nothing = Kept({}), Kept()
        >>> kept.once("sum", lambda: 2), kept.once("sum", lambda: 3)
        (2, 2)
        >>> nothing.once("sum", lambda: 2), nothing.once("sum", lambda: 3)
        (2, 3)
        """
        if self.found is None:
            return build()
        if key not in self.found:
            self.found[key] = build()
        return cast("T", self.found[key])
