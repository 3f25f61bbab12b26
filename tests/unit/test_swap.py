"""A run takes its place whole: what others put into its folder survives, whatever fails."""

from pathlib import Path

import pytest

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
