"""Files are written whole, hashes are checked, and time enters through one clock."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from yrdgeo import provenance
from yrdgeo.errors import SourceError


def test_the_clock_honours_source_date_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert provenance.clock() == datetime(1970, 1, 2, tzinfo=UTC)


def test_a_file_that_fails_half_way_is_not_there_and_the_old_one_is(tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    target.write_text("old")

    def fail_half_way() -> None:
        with provenance.whole_file(target) as draft:
            draft.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "yrd.gpkg"
    path.write_bytes(b"one")
    expected = provenance.sha256(path)
    assert provenance.check_hash(path, expected) == path
    path.write_bytes(b"two")
    with pytest.raises(SourceError, match="is not the file its source row describes"):
        provenance.check_hash(path, expected)


def test_an_absent_embedded_file_says_how_to_get_it() -> None:
    with pytest.raises(SourceError, match="Reinstall yrdgeo"):
        provenance.data_path("no/such.file")


def test_json_keeps_chinese_text_and_refuses_nan(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    provenance.write_json(path, {"title": "长三角"})
    assert "长三角" in path.read_text(encoding="utf-8")
    assert json.loads(path.read_text(encoding="utf-8")) == {"title": "长三角"}
    with pytest.raises(ValueError, match="not JSON compliant"):
        provenance.write_json(path, {"x": float("nan")})
    assert json.loads(path.read_text(encoding="utf-8")) == {"title": "长三角"}
