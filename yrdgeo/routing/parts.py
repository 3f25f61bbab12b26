"""Blocks of travel times as Parquet files, so that a long job can go on where it ended.

Promise: a part is read only if it is whole and belongs to the question; a damaged one is nothing.
"""

from hashlib import blake2b
from pathlib import Path
from tempfile import NamedTemporaryFile

import pandas as pd


def part_name(*content: bytes) -> str:
    """Return the file name of a part that is made of some content."""
    digest = blake2b(digest_size=16)
    for piece in content:
        digest.update(len(piece).to_bytes(8, "little") + piece)
    return f"part-{digest.hexdigest()}.parquet"


def write_part(table: pd.DataFrame, path: Path) -> Path:
    """Write a table as Parquet with checksums, under a temporary name, then rename it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=".part-", delete=False) as stream:
        temporary = Path(stream.name)
    try:
        table.to_parquet(temporary, engine="pyarrow", write_page_checksum=True)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def read_part(path: Path, rows: pd.Index, columns: pd.Index) -> pd.DataFrame | None:
    """Return the part of these rows and columns, or nothing if it is absent or damaged."""
    if not path.is_file():
        return None
    try:
        table = pd.read_parquet(path, engine="pyarrow", page_checksum_verification=True)
    except (OSError, ValueError, LookupError, TypeError, RuntimeError):  # Arrow's are such
        return None
    fits = table.index.equals(rows) and table.columns.equals(columns)
    return table if fits and not table.isna().to_numpy().any() else None
