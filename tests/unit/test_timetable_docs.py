"""The page on timetables: its examples run, and its lists of names are the reader's."""

import gzip
import re
from pathlib import Path

import pytest

from yrdgeo.sources.timetable import STOP_NAMES
from yrdgeo.sources.timetable_rows import FASTEST_KMH, LONGEST_DWELL_MIN, LONGEST_RIDE_MIN

PAGE = (Path(__file__).parents[2] / "docs" / "timetables.md").read_text(encoding="utf-8")
STOPS = """train,sequence,station,arrive,depart,days
G1,1,上海虹桥,----,08:00,2016-03-10
G1,2,南京南,09:20,09:24,2016-03-10
G1,3,合肥南,10:20,----,2016-03-10
G2,1,合肥南,----,10:40,ALL
G2,2,黄山北,12:10,----,ALL
G3,1,合肥南,----,12:00,ALL
G3,2,上海虹桥,14:30,----,ALL
"""
STATIONS = """station,lon,lat
上海虹桥,121.32,31.19
南京南,118.79,31.97
合肥南,117.29,31.80
黄山北,118.3,29.8
"""


def test_the_examples_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("stops.csv.gz").write_bytes(gzip.compress(STOPS.encode()))
    Path("stations.csv").write_text(STATIONS, encoding="utf-8")
    names: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    assert len(blocks) == 4
    for block in blocks:
        exec(block, names)  # noqa: S102 — the page is ours
    assert names["rides"].minutes.tolist() == [[150.0]]  # type: ignore[attr-defined]


@pytest.mark.parametrize("field", STOP_NAMES)
def test_the_page_lists_every_name_of_a_column(field: str):
    (row,) = [
        line
        for line in PAGE.splitlines()
        if line.startswith(f"| {'trip' if field == 'trip_id' else field} |")
    ]
    assert set(re.findall(r"`([^`]+)`", row.split("|")[2])) == set(STOP_NAMES[field])


def test_the_page_states_the_limits():
    assert f"{FASTEST_KMH:g} km/h" in PAGE
    assert f"at most {LONGEST_RIDE_MIN / 60:g}\nhours" in PAGE
    assert LONGEST_DWELL_MIN == 6 * 60
    assert "over\nsix hours" in PAGE
