"""Arrays on disk, named after what they were made of.

Promise: nothing half-written is ever seen (a temporary name, then a rename), nothing damaged is
ever used (a checksum of the name and the content), and nothing that is read can run code.
"""

import json
import logging
from hashlib import blake2b
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np

from yrdgeo.routing.graph import Graph

_LOG = logging.getLogger(__name__)
FORMAT = 2  # rises whenever another contraction order or layout is stored
_MAGIC = b"yrdgeo hierarchy\n"


def fingerprint(graph: Graph, *more: np.ndarray) -> str:
    """Return a hash of the format, of the graph's arcs and times, and of more; ids do not enter."""
    digest = blake2b(f"{FORMAT} {len(graph.nodes)}".encode(), digest_size=20)
    for array in (graph.indptr, graph.heads, graph.milliseconds, *more):
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def keep(folder: Path, name: str, arrays: dict[str, np.ndarray]) -> None:
    """Store arrays under a name if that can be done; the answer does not need them to be there."""
    try:
        write(folder, name, arrays)
    except OSError as error:
        _LOG.warning("The folder %s cannot keep what was prepared: %s", folder, error)


def write(folder: Path, name: str, arrays: dict[str, np.ndarray]) -> Path:
    """Store arrays under a name; a reader sees all of them or none."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    head = json.dumps({key: [str(a.dtype), len(a)] for key, a in arrays.items()}).encode()
    body = [np.ascontiguousarray(array).data for array in arrays.values()]
    digest = _digest(name, head, *body)
    path = folder / f"{name}.yrdgeo"
    with NamedTemporaryFile(dir=folder, prefix=f".{name}.", delete=False) as stream:
        try:
            stream.write(_MAGIC + digest + len(head).to_bytes(8, "little") + head)
            for block in body:
                stream.write(block)
            stream.close()
            Path(stream.name).replace(path)
        except BaseException:
            stream.close()
            Path(stream.name).unlink(missing_ok=True)
            raise
    return path


def _digest(name: str, *blocks: bytes | memoryview) -> bytes:
    digest = blake2b(name.encode(), digest_size=20)
    for block in blocks:
        digest.update(block)
    return digest.digest()


def read(folder: Path, name: str) -> dict[str, np.ndarray] | None:
    """Return the arrays stored under a name, or nothing if they are absent, closed or damaged.

    A file that is damaged, or was made under another name, is told in the log.
    """
    path = Path(folder) / f"{name}.yrdgeo"
    try:
        content = np.fromfile(path, dtype=np.uint8)
    except OSError:
        return None
    offset = len(_MAGIC) + 28
    checksum = content[len(_MAGIC) : len(_MAGIC) + 20].tobytes()
    length = int.from_bytes(content[offset - 8 : offset].tobytes(), "little")
    # A short or foreign file has other bytes in the place of the checksum.
    whole = content[: len(_MAGIC)].tobytes() == _MAGIC
    if not whole or checksum != _digest(name, content[offset:].data):
        _LOG.warning("The file %s is damaged or belongs to another network: it is made anew.", path)
        return None
    arrays = {}
    listed = json.loads(content[offset : offset + length].tobytes())
    offset += length
    for key, (dtype, size) in listed.items():
        # A copy, so that the array is aligned and writable: kernels are compiled for such.
        arrays[key] = np.frombuffer(content, dtype, count=size, offset=offset).copy()
        offset += arrays[key].nbytes
    return arrays
