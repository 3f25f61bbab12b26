"""What every test may lean on: the made-up run, programs that may be absent, hypothesis."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from needs import program
from sample_run import sample_run

from yrdgeo.results import Run

collect_ignore = ["qgis/render.py"]  # runs in the system's Python, which has QGIS

# A clone gives one verdict, everywhere: examples are drawn alike. YRDGEO_HUNT=1 draws new ones.
settings.register_profile("alike", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("hunt", deadline=None, print_blob=True)
settings.load_profile("hunt" if os.environ.get("YRDGEO_HUNT") == "1" else "alike")


@pytest.fixture(scope="session")
def require() -> Callable[[str], Path]:
    """Return a function that finds a program's path, or skips (fails under YRDGEO_REQUIRE_ALL)."""
    return program


@pytest.fixture(scope="session")
def run() -> Run:
    """Return the made-up run; tables are shuffled."""
    return sample_run()


@pytest.fixture(scope="session")
def delta(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return the shipped study, run once a session; its files are in ``delta.out``."""
    import yrdgeo as yg  # noqa: PLC0415 — most tests do without the whole package

    return yg.run_study(yg.load_study("yrd"), tmp_path_factory.mktemp("outputs"))


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "=cmd|'/c calc'!A1",
    "＝1+1",
    "'; DROP TABLE cities; --",
    "]]>&amp;&lt;<!-- \u2028 -->",
    'a,b\n"c"\r\n\x00\x0b\x1b',
    "\u202e逆 𠀀 \ud7ff",
)


@pytest.fixture(params=HOSTILE, ids=[f"hostile{number}" for number in range(len(HOSTILE))])
def hostile_text(request: pytest.FixtureRequest) -> str:
    """Return text that means something to HTML, SQL, Jinja, spreadsheets or XML."""
    return str(request.param)


@pytest.fixture
def hostile_run(hostile_text: str) -> Run:
    """Return the made-up run with hostile text in every name, title, unit and source."""
    return sample_run(hostile=hostile_text)
