"""Passes over blocks of origins: what each of them must be, and what all of them hold.

Promise: a pass holds one block at a time, and every pass after the first is over the same places.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from yrdgeo.analysis.amounts import Floats, aligned, checked, decay_weights, require_demand
from yrdgeo.analysis.catchment import Method, demand_side
from yrdgeo.analysis.decay import DecayFunction
from yrdgeo.errors import ArgumentError, few
from yrdgeo.results import TravelTimes

Blocks = Iterable[TravelTimes] | Callable[[], Iterable[TravelTimes]]


@dataclass(frozen=True, slots=True, eq=False)
class Load:
    """What a first pass finds out about supply and demand.

    Attributes
    ----------
    origins
        Those of each block, in order.
    destinations
        Of all blocks.
    supply, demand
        Amounts of m destinations and n origins.
    pressed, sums
        Of each destination: the demand that presses on it, and its weights over all origins.
    """

    origins: list[pd.Index]
    destinations: pd.Index
    supply: Floats
    demand: Floats
    pressed: Floats
    sums: Floats


def passed(blocks: Blocks) -> Iterator[TravelTimes]:
    """Yield the blocks of one pass, each checked.

    Raises
    ------
    ArgumentError
        If they are no blocks of travel times.
    """
    made = blocks() if callable(blocks) else blocks
    if not isinstance(made, Iterable):
        raise ArgumentError(
            "blocks must be a list of travel times, or a function that makes one.",
            found=type(made).__name__,
        )
    for block in made:
        yield checked(block)


def passed_again(blocks: Blocks, load: Load) -> Iterator[tuple[slice, TravelTimes]]:
    """Yield the rows and the times of each block of a later pass.

    Raises
    ------
    ArgumentError
        If the places are not those of the first pass.
    """
    known = iter(load.origins)
    first = 0
    for block in passed(blocks):
        origins = next(known, None)
        ends = load.destinations
        if origins is None or not (
            block.origins.equals(origins) and block.destinations.equals(ends)
        ):
            raise _not_the_same(block.origins)
        yield slice(first, first + len(origins)), block
        first += len(origins)
    if next(known, None) is not None:
        raise _not_the_same(load.origins[-1])


def loaded(
    blocks: Blocks, supply: pd.Series, demand: pd.Series, decay: DecayFunction, method: Method
) -> Load:
    """Return the supply, the demand that presses on it and the weights, over all blocks.

    Raises
    ------
    TableError
        If a place has no amount, or an amount is missing, negative or infinite.
    ArgumentError
        If there is no block, blocks can be used once only or differ in their destinations, or
        the demand of all origins is zero.
    """
    require_again(blocks)
    origins: list[pd.Index] = []
    people: list[Floats] = []
    ends: pd.Index | None = None
    for block in passed(blocks):
        if ends is None:
            ends = block.destinations
            pressed, sums = np.zeros(len(ends)), np.zeros(len(ends))
        if not block.destinations.equals(ends):
            raise ArgumentError(
                "All blocks must have the same destinations in the same order.",
                found=few(block.destinations.symmetric_difference(ends)) or "another order",
            )
        origins.append(block.origins)
        people.append(aligned(demand, block.origins, name="demand"))
        weights = decay_weights(block, decay)
        sums += weights.sum(axis=0)
        pressed += people[-1] @ demand_side(weights, method)
    if ends is None:
        raise no_blocks()
    everybody = np.concatenate(people)
    require_demand(everybody.sum(), demand.index)
    amounts = aligned(supply, ends, name="supply")
    return Load(origins, ends, amounts, everybody, pressed, sums)


def no_blocks() -> ArgumentError:
    """Return the error that says so."""
    return ArgumentError("There are no blocks of travel times.", fix="Give at least one.")


def require_again(blocks: Blocks) -> None:
    """Refuse blocks that can be passed once only."""
    if isinstance(blocks, Iterator):
        raise ArgumentError(
            "Competition needs two passes over the blocks or more, and an iterator gives one.",
            found=type(blocks).__name__,
            fix="Pass a list, or the function that makes the blocks.",
        )


def _not_the_same(origins: pd.Index) -> ArgumentError:
    return ArgumentError(
        "Every pass must be over the same blocks, in the same order.",
        found=f"another one at {few(origins)}",
        fix="Let the function make the same blocks each time it is called.",
    )
