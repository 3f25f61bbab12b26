"""Travel times block by block: here, in other processes, or on other machines.

Promise: every block is written once, into its place. Threads write into one array, processes of
this machine into one file that all map, and other machines send whole milliseconds back.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from yrdgeo.routing.engine import minutes_between
from yrdgeo.routing.graph import MS_PER_MINUTE, Floats, Graph, Int64s
from yrdgeo.routing.parallel import AnyExecutor, cut, in_blocks, in_processes_here, workers
from yrdgeo.routing.parts import part_name, read_part, write_part

if TYPE_CHECKING:
    from yrdgeo.routing.hierarchy import Hierarchy
    from yrdgeo.routing.kernel import Weights

_BLOCK_BYTES = 256 * 2**20  # of one block's answer


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Where blocks are kept, and what they are called.

    Attributes
    ----------
    folder
        Made if it is not there.
    origins, destinations
        Labels of the rows and of the columns.
    content
        A hash of the graph.
    """

    folder: Path
    origins: pd.Index
    destinations: pd.Index
    content: str


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What every block of origins needs.

    Attributes
    ----------
    core
        What answers.
    sources, targets
        Nodes of the graph, shape (n,) and (m,).
    limit
        Longest time of interest, in ms.
    parts
        Where blocks are kept, if they are.
    out
        Minutes of all, shape (n, m), or the file that holds them; nothing where a block's answer
        travels.
    """

    core: "Graph | Hierarchy"
    sources: Int64s
    targets: Int64s
    limit: int
    parts: Parts | None = None
    out: Floats | Path | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the answer."""
        return len(self.sources), len(self.targets)


def minutes_by_blocks(task: Task, executor: AnyExecutor | None) -> Floats:
    """Return minutes from each source to each target, shape (n, m); ``inf`` beyond the limit."""
    if 0 in task.shape:
        return np.empty(task.shape)
    # Blocks that are kept are cut alike whoever works, so that they are found again.
    at_once = workers(executor) if task.parts is None else 1
    most = {"columns": len(task.targets), "most_bytes": _BLOCK_BYTES}
    blocks = cut(task.sources, task.core, at_once=at_once, **most)
    if in_processes_here(executor):
        return _by_one_file(task, executor, blocks)
    minutes = np.empty(task.shape)
    shared = executor is None or isinstance(executor, ThreadPoolExecutor)
    answers = in_blocks(executor, _block, replace(task, out=minutes if shared else None), blocks)
    for rows, answer in zip(blocks, answers, strict=True):
        if answer is not None:
            minutes[rows] = _as_minutes(answer, task.core)
    return minutes


def parts_by_blocks(task: Task, parts: Parts, executor: AnyExecutor | None) -> list[Path]:
    """Return the files of the blocks, each written unless a whole one is there."""
    if 0 in task.shape:
        return []
    most = {"columns": len(task.targets), "most_bytes": _BLOCK_BYTES}
    blocks = cut(task.sources, task.core, **most)
    return in_blocks(executor, _part, (task, parts), blocks)


def _part(asked: tuple[Task, Parts], rows: Int64s) -> Path:
    """Keep a block; only the name of its file travels."""
    return _kept(*asked, rows)[0]


def _by_one_file(task: Task, executor: AnyExecutor | None, blocks: list[Int64s]) -> Floats:
    with TemporaryDirectory(prefix="yrdgeo-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "minutes"
        with path.open("wb") as stream:
            size = 8 * len(task.sources) * len(task.targets)
            stream.truncate(size)
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(stream.fileno(), 0, size)  # a full disk is an error, not a crash
        minutes = _mapped(path, task.shape)
        in_blocks(executor, _block, replace(task, out=path), blocks)
    return minutes  # the file has no name any more, and goes with the array


def _mapped(path: Path, shape: tuple[int, int]) -> Floats:
    return np.asarray(np.memmap(path, np.float64, "r+", shape=shape))


def _block(task: Task, rows: Int64s) -> "Floats | Weights | None":
    """Write the times of some origins into their place, or return them if it is elsewhere."""
    out = _mapped(task.out, task.shape) if isinstance(task.out, Path) else task.out
    if task.parts is None and not isinstance(task.core, Graph):
        from yrdgeo.routing import many  # noqa: PLC0415 — small questions do without

        asked = task.core, task.sources[rows], task.targets
        if out is None:
            return many.milliseconds(*asked, limit=task.limit)
        many.fill(*asked, limit=task.limit, out=out, rows=rows)
        return None
    if task.parts is None:
        minutes = _minutes(task, rows)
    else:
        minutes = _kept(task, task.parts, rows)[1].to_numpy(dtype=np.float64)
    if out is None:
        return minutes
    out[rows] = minutes
    return None


def _minutes(task: Task, rows: Int64s) -> Floats:
    return minutes_between(task.core, task.sources[rows], task.targets, task.limit)


def _kept(task: Task, parts: Parts, rows: Int64s) -> tuple[Path, pd.DataFrame]:
    """Return a part and its minutes, from disk if it is there and whole."""
    starts, ends = parts.origins[rows], parts.destinations.astype(str)
    labels = ("\n".join(map(repr, names)).encode() for names in (starts, ends))
    # The same ids may name other nodes of the same graph.
    nodes = task.sources[rows].tobytes(), task.targets.tobytes()
    content = parts.content.encode(), str(task.limit).encode(), *nodes
    path = parts.folder / part_name(*content, *labels)
    table = read_part(path, starts, ends)
    if table is None:
        table = pd.DataFrame(_minutes(task, rows), starts, ends)
        write_part(table, path)
    return path, table


def _as_minutes(answer: "Floats | Weights", core: "Graph | Hierarchy") -> Floats:
    if isinstance(core, Graph) or answer.dtype == np.float64:
        return np.asarray(answer, dtype=np.float64)
    minutes = answer / MS_PER_MINUTE
    minutes[answer == core.infinite] = np.inf
    return minutes
