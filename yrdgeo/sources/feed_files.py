"""Files inside files, read with limits: gzip and zip from strangers.

Promise: nothing is unpacked to disk, no name inside an archive is followed, and no more than
``MAX_BYTES`` are ever held, however small the file looked.
"""

import gzip
import io
import warnings
import zipfile
import zlib
from collections.abc import Collection
from pathlib import Path, PurePosixPath

import pandas as pd

from yrdgeo.errors import SourceError, few

MAX_BYTES = 2**30  # of one file, unpacked: the stop times of a whole country
SUSPECT_BYTES = 2**24  # below it no ratio is suspect
MAX_RATIO = 200.0  # of a file's size to its packed size; tables of times reach about 30
ENCODINGS = ("utf-8-sig", "gb18030")
_DELIMITERS = ",\t;"


def read_bytes(path: Path, *, limit: int = MAX_BYTES) -> bytes:
    """Return a file's content, unpacked if its name ends in ``.gz``.

    Raises
    ------
    SourceError
        If it is absent, damaged, or unpacks to more than the limit.
    """
    if not path.is_file():
        raise SourceError(f"{path.name} is not there.", found=str(path), fix="Give its full path.")
    packed = path.stat().st_size
    most = min(limit, max(SUSPECT_BYTES, int(MAX_RATIO * packed)))
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as stream:
            content = stream.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(
            f"{path.name} cannot be unpacked.", found=str(error), fix="Fetch the file again."
        ) from error
    if len(content) > most:
        raise _bomb(path.name)
    return content


def read_members(path: Path, names: Collection[str], *, limit: int = MAX_BYTES) -> dict[str, bytes]:
    """Return the wanted files of a folder or zip archive by name.

    In an archive they may stand in one folder; every name in it is checked, wanted or not.

    Parameters
    ----------
    path
        The folder or archive.
    names
        File names that are wanted; those that are absent are left out.
    limit
        Most bytes of all wanted files together.

    Raises
    ------
    SourceError
        If the archive is damaged, encrypted, names files outside itself, holds a name twice, or
        unpacks to more than the limit.
    """
    if path.is_dir():
        found = {name: path / name for name in names if (path / name).is_file()}
        return {name: read_bytes(file, limit=limit) for name, file in found.items()}
    if not path.is_file():
        raise SourceError(f"{path.name} is not there.", found=str(path), fix="Give its full path.")
    try:
        with zipfile.ZipFile(path) as archive:
            wanted = _wanted(archive, names, path.name)
            _check_sizes(wanted, path.name, limit)
            return {name: archive.read(member) for name, member in wanted.items()}
    except (zipfile.BadZipFile, RuntimeError, EOFError, zlib.error) as error:
        raise SourceError(
            f"{path.name} cannot be unpacked.",
            found=str(error)[:200],
            fix="Fetch it again; it must be a plain zip without a password.",
        ) from error


def _wanted(
    archive: zipfile.ZipFile, names: Collection[str], source: str
) -> dict[str, zipfile.ZipInfo]:
    files = [member for member in archive.infolist() if not member.is_dir()]
    outside = [member.filename for member in files if _leads_out(member.filename)]
    if outside:
        raise SourceError(
            f"{source} names files outside itself and is not read.",
            found=few(map(repr, outside)),
            fix="Do not unpack it; ask its publisher.",
        )
    listed = [member for member in files if PurePosixPath(member.filename).name in names]
    wanted = {PurePosixPath(member.filename).name: member for member in listed}
    if len(wanted) < len(listed):
        raise SourceError(
            f"{source} holds a file twice.",
            found=few(member.filename for member in listed),
            fix="Keep one feed in an archive.",
        )
    return wanted


def _leads_out(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/"))
    return parts.is_absolute() or ".." in parts.parts or ":" in "".join(parts.parts[:1])


def _check_sizes(wanted: dict[str, zipfile.ZipInfo], source: str, limit: int) -> None:
    total = sum(member.file_size for member in wanted.values())
    swollen = any(
        member.file_size > max(SUSPECT_BYTES, MAX_RATIO * member.compress_size)
        for member in wanted.values()
    )
    if total > limit or swollen:
        raise _bomb(source)


def _bomb(name: str) -> SourceError:
    return SourceError(
        f"{name} unpacks to far more than a timetable needs and is not read.",
        found=f"over {MAX_BYTES >> 20} MiB, or over {MAX_RATIO:g} times its packed size",
        fix="If you trust it, unpack it yourself and name the folder or the plain file.",
    )


def text_table(
    content: bytes, source: str, *, encodings: Collection[str] = ENCODINGS
) -> pd.DataFrame:
    """Return a delimited file as text cells; column ``row`` is the row in the file.

    Parameters
    ----------
    content
        The file; comma, tab or semicolon part its cells, whichever is commonest in its header.
    source
        Its name, for messages.
    encodings
        Tried in turn.

    Raises
    ------
    SourceError
        If the encoding is none of those, or rows have more cells than the header.
    """
    text = _decoded(content, source, encodings)
    header = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=header.count)
    try:
        with warnings.catch_warnings():
            # What pandas only warns of is a row with more cells than the header.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            table = pd.read_csv(
                io.StringIO(text),
                sep=delimiter,
                dtype=str,
                keep_default_na=False,
                skip_blank_lines=False,
                index_col=False,
            )
    except (ValueError, pd.errors.ParserWarning) as error:
        raise SourceError(
            f"{source} is no table.", found=str(error).strip()[:200], fix="Check its commas."
        ) from error
    cells = pd.DataFrame({str(name).strip(): table[name] for name in table}, dtype=object)
    cells = cells.fillna("").apply(lambda column: column.str.strip())
    filled = cells.ne("").to_numpy().any(axis=1)
    numbered: pd.DataFrame = cells.assign(row=range(2, len(cells) + 2)).loc[filled]
    return numbered


def _decoded(content: bytes, source: str, encodings: Collection[str]) -> str:
    first = 0
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            first = max(first, error.start)
    row = content.count(b"\n", 0, first) + 1
    raise SourceError(
        f"{source} is in an unknown encoding.",
        found=f"row {row} is neither of {', '.join(encodings)}",
        fix="Save it as UTF-8.",
    )
