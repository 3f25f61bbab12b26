"""What the page unpacks is what was packed, to the last digit."""

import json
from pathlib import Path

from browser.visits import Open
from yrdgeo.publish.packed import packed
from yrdgeo.publish.payload import payload, script_json
from yrdgeo.results import Run


def comes_back(run: Run, path: Path, visit: Open) -> bool:
    content = payload(run)
    before = script_json(content)
    written = script_json(packed(content))
    assert script_json(content) == before  # nothing was changed in packing
    assert len(written) < 0.9 * len(before)
    unpacked = visit(path).page.evaluate("JSON.stringify(atlas.app.data)")
    return bool(json.loads(unpacked) == json.loads(before))


def test_the_page_unpacks_what_was_packed(run: Run, sample_page: Path, visit: Open) -> None:
    assert comes_back(run, sample_page, visit)


def test_the_delta_unpacks_what_was_packed(delta: Run, delta_page: Path, visit: Open) -> None:
    assert comes_back(delta, delta_page, visit)
