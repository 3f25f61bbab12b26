"""One object for all processes of a machine: written to a file once, mapped by each.

Promise: the processes share one copy of the arrays; nobody's changes are seen by another.
"""

import mmap
import pickle
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ALIGNED = 64  # bytes: arrays begin where a cache line does


@dataclass(frozen=True, slots=True)
class Handover:
    """Where an object lies; a few bytes, whatever its size.

    Attributes
    ----------
    path
        The file, whose name no other object has had.
    head
        The object without its arrays.
    bounds
        First byte of each array, and the byte after it.
    """

    path: Path
    head: bytes
    bounds: tuple[tuple[int, int], ...]

    def opened(self) -> object:
        """Return the object; the same one at each call in a process."""
        return _opened(self)


def hand_over(shared: object, path: Path) -> Handover:
    """Write an object to a file that does not exist yet; it need not be kept while in use."""
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(shared, protocol=5, buffer_callback=buffers.append)
    bounds = []
    with path.open("xb") as stream:
        for buffer in buffers:
            stream.write(b"\0" * (-stream.tell() % ALIGNED))
            first = stream.tell()
            stream.write(buffer.raw())
            bounds.append((first, stream.tell()))
        stream.write(b"\0")  # a map of nothing is an error
    return Handover(path, head, tuple(bounds))


@lru_cache(maxsize=1)
def _opened(handover: Handover) -> object:
    with handover.path.open("rb") as stream:
        # Writable, but only for ourselves: kernels are compiled for arrays that can be written.
        room = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_COPY))
    return pickle.loads(  # noqa: S301 — from the process that asks us to work, in its own folder
        handover.head, buffers=[room[first:last] for first, last in handover.bounds]
    )
