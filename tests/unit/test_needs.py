"""A missing program is a skip on a desk and a failure where everything is installed."""

import pytest
from _pytest.outcomes import Failed, Skipped
from needs import need, program


def test_a_missing_program_is_skipped_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("YRDGEO_REQUIRE_ALL", raising=False)
    with pytest.raises(Skipped, match="no-such-program is not installed"):
        program("no-such-program")


def test_a_missing_program_fails_where_all_are_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YRDGEO_REQUIRE_ALL", "1")
    with pytest.raises(Failed, match="no-such-program is not installed"):
        program("no-such-program")


def test_a_program_that_is_there_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YRDGEO_REQUIRE_ALL", "1")
    assert program("sh").name == "sh"
    need(present=True, reason="never said")
