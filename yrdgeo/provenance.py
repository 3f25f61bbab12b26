"""Where data came from and when: source rows, hashes, the one clock, ``run.json``."""

import hashlib
import json
import os
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from yrdgeo.errors import SourceError

PACKAGE = Path(__file__).parent
SOURCE_COLUMNS = (
    "source_id",
    "title",
    "publisher",
    "vintage",
    "datum",
    "licence",
    "url",
    "note",
    "title_zh",
    "publisher_zh",
    "licence_zh",
)


def clock() -> datetime:
    """Return the time in UTC, or ``SOURCE_DATE_EPOCH`` where a reproducible run asks for it."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)


def package_version() -> str:
    """Return the installed version, or ``unknown`` in a bare checkout."""
    try:
        return version("yrdgeo")
    except PackageNotFoundError:
        return "unknown"


def data_path(name: str) -> Path:
    """Return the path of an embedded data file, in a wheel or in a checkout.

    ``boundaries/`` stands beside the package in a checkout and inside ``data/`` in a wheel.
    """
    inside = PACKAGE / "data" / name
    beside = PACKAGE.parent / name
    for path in (inside, beside):
        if path.exists():
            return path
    raise SourceError(
        f"The embedded file {name} is not there.",
        found=f"nothing at {inside} or {beside}",
        fix="Reinstall yrdgeo.",
    )


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, as hexadecimal text."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_sources(path: Path) -> dict[str, dict[str, str]]:
    """Read a ``SOURCES.toml``: a table a source, keyed by source id."""
    with path.open("rb") as stream:
        return {
            key: {k: str(v) for k, v in row.items()} for key, row in tomllib.load(stream).items()
        }


MANIFEST = "run.json"


def read_manifest(folder: Path) -> dict[str, object]:
    """Read what a run says of itself.

    Raises
    ------
    SourceError
        If the folder holds no readable ``run.json``.
    """
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        fix = "Name the folder of a run, such as outputs/yrd."
        raise SourceError(f"{folder} is not a run's folder.", found=str(error), fix=fix) from error
    if not isinstance(content, dict):
        raise SourceError(f"{path} does not describe a run.", fix="Run the study again.")
    return content


def check_hash(path: Path, expected: str) -> Path:
    """Return the path if the file is the one its source row describes.

    Raises
    ------
    SourceError
        If the file's hash differs.
    """
    found = sha256(path)
    if found != expected:
        raise SourceError(
            f"{path.name} is not the file its source row describes.",
            found=f"sha256 {found[:16]}…, expected {expected[:16]}…",
            fix="Reinstall yrdgeo, or rebuild the file with its build script.",
        )
    return path


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside the target and rename it when all went well."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".yrdgeo-", dir=path.parent) as folder:
        draft = Path(folder) / path.name
        yield draft
        draft.replace(path)


def write_json(path: Path, content: Mapping[str, object]) -> None:
    """Write a JSON file whole, keys in the order given, text as UTF-8."""
    with whole_file(path) as draft:
        text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
        draft.write_text(text + "\n", encoding="utf-8")
