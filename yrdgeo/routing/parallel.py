"""Blocks of origins on other processes or other machines.

Promise: the shared index travels once to each machine of a cluster, and the processes of this
machine map one copy; the answer is the one that a single process gives; a lost worker's blocks
are done again.
"""

import logging
import pickle
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol, TypeVar, cast, runtime_checkable

import numpy as np

from yrdgeo.routing.graph import Graph, Int64s
from yrdgeo.routing.handover import Handover, hand_over

if TYPE_CHECKING:
    from yrdgeo.routing.hierarchy import Hierarchy

_LOG = logging.getLogger(__name__)
_RETRIES = 3
PARTS = 16  # blocks that an executor gets when nothing asks for larger or smaller ones
SMALLEST = 8_192  # origins of a block in a hierarchy: fewer would share too little of the way
_HERE = ("tcp://127.", "tls://127.", "inproc://", "tcp://[::1]", "tls://[::1]")

Shared = TypeVar("Shared")
Block = TypeVar("Block")
Result = TypeVar("Result")


@runtime_checkable
class Cluster(Protocol):
    """What we use of a ``dask.distributed.Client``."""

    def nthreads(self) -> Mapping[str, int]:
        """Count the threads of each worker, by address."""

    def scatter(self, data: object, *, broadcast: bool, hash: bool) -> object:  # noqa: A002 — its name
        """Send data to every worker."""

    def submit(self, function: object, *args: object, retries: int, pure: bool) -> object:
        """Have a function called on a worker."""

    def gather(self, futures: list[object], *, direct: bool | None) -> object:
        """Wait for results."""


AnyExecutor = Executor | Cluster


def in_processes_here(executor: AnyExecutor | None) -> bool:
    """Say whether the workers are other processes that read the files of this machine."""
    if executor is None or isinstance(executor, Executor):
        return isinstance(executor, ProcessPoolExecutor)
    addresses = list(executor.nthreads())
    return bool(addresses) and all(address.startswith(_HERE) for address in addresses)


def workers(executor: AnyExecutor | None) -> int:
    """Return how many blocks are done at once, as far as is known."""
    if isinstance(executor, Cluster):
        return max(1, len(executor.nthreads()))
    return int(getattr(executor, "_max_workers", 1))


def in_blocks(
    executor: AnyExecutor | None,
    function: Callable[[Shared, Block], Result],
    shared: Shared,
    blocks: Sequence[Block],
) -> list[Result]:
    """Return ``function(shared, block)`` for every block, in order.

    Parameters
    ----------
    executor
        Nothing, any :class:`concurrent.futures.Executor`, or a ``dask.distributed.Client``.
    function
        Importable by the workers.
    shared
        What every call needs; each machine is sent it once.
    blocks
        One a call.
    """
    if executor is None:
        return [function(shared, block) for block in blocks]
    with TemporaryDirectory(prefix="yrdgeo-", ignore_cleanup_errors=True) as folder:
        sent: Shared | Handover = shared
        if in_processes_here(executor):
            sent = _handed_over(shared, Path(folder) / "shared")
        if isinstance(executor, Executor):
            return _pooled(executor, function, (shared, sent), blocks)
        return _clustered(executor, function, sent, blocks)


def _handed_over(shared: Shared, path: Path) -> Shared | Handover:
    try:
        return hand_over(shared, path)
    except (pickle.PicklingError, AttributeError, TypeError):
        return shared  # a lambda, say; some executors have ways of their own to send it


def _called(
    function: Callable[[Shared, Block], Result], sent: Shared | Handover, block: Block
) -> Result:
    shared = cast("Shared", sent.opened()) if isinstance(sent, Handover) else sent
    return function(shared, block)


def _pooled(
    executor: Executor,
    function: Callable[[Shared, Block], Result],
    shared: tuple[Shared, Shared | Handover],
    blocks: Sequence[Block],
) -> list[Result]:
    here, sent = shared
    results = []
    futures = [executor.submit(_called, function, sent, block) for block in blocks]
    for future, block in zip(futures, blocks, strict=True):
        try:
            results.append(future.result())
        except BrokenExecutor:
            _LOG.warning("A worker was lost; its block is done in this process.")
            results.append(function(here, block))
    return results


def _clustered(
    executor: Cluster,
    function: Callable[[Shared, Block], Result],
    sent: Shared | Handover,
    blocks: Sequence[Block],
) -> list[Result]:
    near = isinstance(sent, Handover)
    there: object = sent
    if not near:
        scattered = executor.scatter([sent], broadcast=True, hash=False)
        (there,) = scattered if isinstance(scattered, list) else [scattered]
    pending = [
        executor.submit(_called, function, there, block, retries=_RETRIES, pure=False)
        for block in blocks
    ]
    return cast("list[Result]", executor.gather(pending, direct=near or None))


def cut(
    sources: Int64s, core: "Graph | Hierarchy", *, columns: int, most_bytes: int, at_once: int = 1
) -> list[Int64s]:
    """Cut row numbers of origins into blocks worth a journey, and not too large to hold.

    In a hierarchy origins of a block lie close together, so that blocks need less of it. The
    number of blocks is a multiple of ``at_once``, as long as each may be so large.
    """
    smallest = 1 if isinstance(core, Graph) else SMALLEST
    size = max(smallest, -(-len(sources) // PARTS))
    count = max(-(-len(sources) // size), -(-8 * columns * len(sources) // most_bytes))
    count = min(len(sources), -(-count // at_once) * at_once)
    order = np.arange(len(sources), dtype=np.int64)
    if not isinstance(core, Graph):
        order = np.argsort(core.position[sources], kind="stable")
    return np.array_split(order, count) if count else []
