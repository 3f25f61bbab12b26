"""Blocks of origins on other processes or other machines.

Promise: the shared index travels once to each worker of a cluster; the answer is the one that a
single process gives; a lost worker's blocks are done again, and parts on disk are kept.
"""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor
from hashlib import blake2b
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Protocol, TypeVar, runtime_checkable

import numpy as np
import pandas as pd

from yrdgeo.routing.graph import Graph, Int64s

_LOG = logging.getLogger(__name__)
_RETRIES = 3
PARTS = 16  # blocks that an executor gets when nothing asks for larger or smaller ones
SMALLEST = 4_096  # origins of a block in a hierarchy: about a second's work

Shared = TypeVar("Shared")
Block = TypeVar("Block")
Result = TypeVar("Result")


@runtime_checkable
class Cluster(Protocol):
    """What we use of a ``dask.distributed.Client``."""

    def scatter(self, data: object, *, broadcast: bool, hash: bool) -> object:  # noqa: A002 — its name
        """Send data to every worker."""

    def submit(self, function: object, *args: object, retries: int, pure: bool) -> object:
        """Have a function called on a worker."""

    def gather(self, futures: list[object]) -> object:
        """Wait for results."""


AnyExecutor = Executor | Cluster


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
        What every call needs; a cluster is sent it once.
    blocks
        One a call.
    """
    if executor is None:
        return [function(shared, block) for block in blocks]
    if isinstance(executor, Executor):
        futures = [executor.submit(function, shared, block) for block in blocks]
        results = []
        for future, block in zip(futures, blocks, strict=True):
            try:
                results.append(future.result())
            except BrokenExecutor:
                _LOG.warning("A worker was lost; its block is done in this process.")
                results.append(function(shared, block))
        return results
    there = executor.scatter([shared], broadcast=True, hash=False)
    (sent,) = there if isinstance(there, list) else [there]
    pending = [
        executor.submit(function, sent, block, retries=_RETRIES, pure=False) for block in blocks
    ]
    gathered: list[Result] = executor.gather(pending)  # type: ignore[assignment]
    return gathered


def cut(sources: Int64s, core: object, *, columns: int, most_bytes: int) -> list[Int64s]:
    """Cut row numbers of origins into blocks worth a journey, and not too large to hold."""
    smallest = 1 if isinstance(core, Graph) else SMALLEST
    size = max(smallest, -(-len(sources) // PARTS))
    size = max(1, min(size, most_bytes // (8 * max(1, columns))))
    rows = np.arange(len(sources), dtype=np.int64)
    return [rows[first : first + size] for first in range(0, len(rows), size)]


def part_name(*content: bytes) -> str:
    """Return the file name of a part that is made of some content."""
    digest = blake2b(digest_size=16)
    for piece in content:
        digest.update(len(piece).to_bytes(8, "little") + piece)
    return f"part-{digest.hexdigest()}.parquet"


def write_part(table: pd.DataFrame, path: Path) -> Path:
    """Write a table as Parquet under a temporary name, then rename it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=".part-", delete=False) as stream:
        temporary = Path(stream.name)
    try:
        table.to_parquet(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path
