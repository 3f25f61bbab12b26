"""A full disk told from a defect: libraries that write files say it in words of their own."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from errno import ENOSPC
from os import strerror
from pathlib import Path

LEAST_FREE = 2**20  # bytes; a file that failed half-way is still there
_SAID = "disk is full"  # by SQLite


@contextmanager
def room_on_disk(folder: Path) -> Iterator[None]:
    """Raise ENOSPC in place of what a library says where the disk of a folder is full.

    Raises
    ------
    OSError
        With the folder; any other error passes as it is.
    """
    try:
        yield
    except (RuntimeError, sqlite3.Error) as error:
        if _SAID not in str(error) and shutil.disk_usage(folder).free > LEAST_FREE:
            raise
        raise OSError(ENOSPC, strerror(ENOSPC), str(folder)) from error
