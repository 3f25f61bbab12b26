"""A run takes its place whole: what others put into its folder survives, whatever fails."""

import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest

from yrdgeo.errors import StudyError
from yrdgeo.pipeline import disk
from yrdgeo.pipeline import run as run_module
from yrdgeo.provenance import write_json


def folders(root: Path) -> tuple[Path, Path, Path]:
    target, draft, old = root / "yrd", root / "new", root / "old"
    for folder in (target, draft):
        (folder / "tables").mkdir(parents=True)
        (folder / "tables" / "cities.csv").write_text(folder.name)
        write_json(folder / "run.json", {"yrdgeo": "1", "files": {"tables/cities.csv": ""}})
    (target / "notes" / "empty").mkdir(parents=True)
    (target / "notes" / "mine.txt").write_text("mine")
    (target / "gone").symlink_to(root / "nowhere")
    return target, draft, old


def test_what_no_run_wrote_is_kept(tmp_path: Path) -> None:
    target, draft, old = folders(tmp_path)
    run_module.swap(draft, target, old)
    assert (target / "tables" / "cities.csv").read_text() == "new"
    assert (target / "notes" / "mine.txt").read_text() == "mine"
    assert (target / "notes" / "empty").is_dir()
    assert (target / "gone").is_symlink()


def test_a_failed_copy_leaves_the_old_run_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, draft, old = folders(tmp_path)

    def full(*_args: object, **_kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run_module.shutil, "copy2", full)
    with pytest.raises(OSError, match="No space"):
        run_module.swap(draft, target, old)
    assert (target / "tables" / "cities.csv").read_text() == "yrd"
    assert (target / "notes" / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("error", "free"),
    [
        (RuntimeError("failed to execute insert : database or disk is full"), 2**40),
        (sqlite3.OperationalError("database or disk is full"), 2**40),
        (RuntimeError("Cannot write feature"), 4096),
    ],
)
def test_a_full_disk_is_told_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, free: int
) -> None:
    usage = SimpleNamespace(total=2**41, used=0, free=free)
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _folder: usage)
    with pytest.raises(OSError, match="No space left") as caught, disk.room_on_disk(tmp_path):
        raise error
    assert caught.value.filename == str(tmp_path)


def test_a_defect_is_not_blamed_on_the_disk(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="a defect"), disk.room_on_disk(tmp_path):
        raise RuntimeError("a defect")


def test_of_two_runs_at_once_the_second_replaces_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, _, _ = folders(tmp_path)

    def first_comes_another(*_args: object) -> None:
        (tmp_path / "away").replace(target)

    target.replace(tmp_path / "away")
    monkeypatch.setattr(run_module, "answer", first_comes_another)
    monkeypatch.setattr(run_module, "_write_manifest", lambda *_: None)
    study = SimpleNamespace(spec=SimpleNamespace(study={"name": "yrd"}))
    with pytest.raises(StudyError, match="is already there"):
        run_module.run_study(study, tmp_path, formats=[])
    assert (target / "notes" / "mine.txt").read_text() == "mine"
