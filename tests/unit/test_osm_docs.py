"""The examples of the page on OpenStreetMap run."""

import re
from pathlib import Path

import pytest
from made_osm import NODES, WAYS, write_pbf

from yrdgeo.sources.osm_tags import rules

PAGE = (Path(__file__).parents[2] / "docs" / "osm.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)


def test_the_examples_on_files_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_pbf(tmp_path / "jiangsu.osm.pbf", NODES, WAYS)
    scope: dict[str, object] = {}
    exec(BLOCKS[0], scope)  # noqa: S102 — our own page
    assert repr(scope["whole"]) == "OsmNetwork(5 nodes, 5 links)"
    assert repr(scope["times"]).startswith("TravelTimes(5")


def test_the_page_names_the_bounds_of_the_reader() -> None:
    for kind in ("road", "rail"):
        low, high = rules(kind).limits  # type: ignore[arg-type]
        assert f"{kind} {low:g}–{high:g}" in PAGE
