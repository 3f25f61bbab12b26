"""Every word of the page, Chinese and English; promise: a page in one language has only that one.

The words are rows of ``assets/words.toml``; ``{name}`` is a place for a value. Names of cities
and layers come from the run.
"""

import tomllib
from pathlib import Path


def _words() -> dict[str, tuple[str, str]]:
    path = Path(__file__).parent / "assets" / "words.toml"
    rows: dict[str, list[str]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return {key: (zh, en) for key, (zh, en) in rows.items()}


WORDS = _words()
