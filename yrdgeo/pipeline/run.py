"""One study → one :class:`yrdgeo.results.Run` → one folder, complete or untouched."""

import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from errno import ENOTDIR
from os import strerror
from pathlib import Path
from typing import Literal

import geopandas as gpd

from yrdgeo.errors import ArgumentError, StudyError, nearest
from yrdgeo.pipeline.answer import answer
from yrdgeo.pipeline.disk import room_on_disk
from yrdgeo.provenance import MANIFEST, read_manifest, sha256, write_json
from yrdgeo.publish.atlas import write_atlas
from yrdgeo.publish.csvtables import write_tables
from yrdgeo.publish.figures import write_figures
from yrdgeo.publish.geopackage import write_geopackage
from yrdgeo.publish.notebook import write_notebook
from yrdgeo.publish.workbook import write_workbook
from yrdgeo.results import Run
from yrdgeo.study import Study

Progress = Callable[[str, int, int], None]

# Format → what it writes into the run's folder.
WRITERS: dict[str, Callable[[Run, Path], object]] = {
    "atlas": lambda run, folder: write_atlas(run, folder / "atlas.html"),
    "geopackage": lambda run, folder: write_geopackage(
        run, folder / f"{run.name}.gpkg", crs=str(run.options["crs"])
    ),
    "tables": lambda run, folder: _write_tables(run, folder / "tables"),
    "workbook": lambda run, folder: write_workbook(run, folder / f"{run.name}.xlsx"),
    "figures": lambda run, folder: write_figures(run, folder / "figures", language=_language(run)),
    "notebook": lambda run, folder: write_notebook(run, folder / "notebook.ipynb"),
}


def _language(run: Run) -> Literal["zh", "en"]:
    """Return the first language of the study."""
    given = run.options.get("languages")
    return "en" if isinstance(given, list | tuple) and given[:1] in (["en"], ("en",)) else "zh"


def _write_tables(run: Run, folder: Path) -> None:
    """Write every table, and those that have places as GeoJSON beside it."""
    write_tables(run, folder)
    for name, table in run.tables.items():
        if isinstance(table, gpd.GeoDataFrame):
            text = table.to_json(drop_id=True, ensure_ascii=False)
            (folder / f"{name}.geojson").write_text(text, encoding="utf-8")


def run_study(
    study: Study,
    out: str | Path = "outputs",
    *,
    formats: Iterable[str] | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Run:
    """Answer a study and write the answer to ``out/<study name>/``.

    Everything is written to a temporary folder first and takes its place in one step, so a run
    that fails leaves an earlier one as it was. Files in the folder that no run wrote are kept.

    Parameters
    ----------
    study
        From :func:`yrdgeo.load_study`.
    out
        The folder of runs.
    formats
        Some of ``atlas``, ``geopackage``, ``tables``, ``workbook``, ``figures``, ``notebook``;
        those of the study file if None. A notebook reads the tables, so they come with it.
    overwrite
        Replace an earlier run of the same name.
    progress
        Called with the step, the steps done and their number.

    Returns
    -------
    run
        The answer, with ``run.out`` the folder written.

    Raises
    ------
    StudyError
        If the folder is already there and ``overwrite`` is false, or is not a run's folder.
    ArgumentError
        If a format is unknown.
    NotADirectoryError
        If ``out`` is a file, or within one.

    Examples
    --------
    >>> import yrdgeo as yg
    >>> run = yg.run_study(yg.load_study("yrd"), folder, formats=["tables"])
    >>> sorted(path.name for path in run.out.iterdir())
    ['run.json', 'tables']
    """
    wanted = _formats(study, formats)
    target = Path(out) / str(study.spec.study["name"])
    _check_target(target, overwrite=overwrite)
    steps = 4 + len(wanted)
    tell = progress or _silent
    result = answer(study, lambda step, done: tell(step, done, steps))
    target.parent.mkdir(parents=True, exist_ok=True)
    home = target.resolve()  # a link to a folder elsewhere stays one
    with tempfile.TemporaryDirectory(prefix=f".{home.name}-", dir=home.parent) as scratch:
        draft = Path(scratch) / "new"
        draft.mkdir()
        for number, name in enumerate(wanted, 4):
            tell(f"write {name}", number, steps)
            with room_on_disk(target.parent):
                WRITERS[name](result, draft)
        _write_manifest(result, draft)
        _check_target(target, overwrite=overwrite)  # another run may have come first
        swap(draft, home, Path(scratch) / "old")
    tell("done", steps, steps)
    return replace(result, out=target)


def _silent(_step: str, _done: int, _steps: int) -> None:
    """Tell nobody."""


def _formats(study: Study, formats: Iterable[str] | None) -> tuple[str, ...]:
    given = study.spec.publish["formats"] if formats is None else formats
    wanted = tuple(str(name) for name in given)  # type: ignore[attr-defined]  # the schema says list
    for name in wanted:
        if name not in WRITERS:
            raise ArgumentError(f"There is no format {name!r}.", fix=nearest(name, list(WRITERS)))
    needed = ("tables",) if "notebook" in wanted else ()
    return tuple(dict.fromkeys((*wanted, *needed)))


def _check_target(target: Path, *, overwrite: bool) -> None:
    if not target.exists() and not target.is_symlink():
        above = next(folder for folder in target.absolute().parents if folder.exists())
        if not above.is_dir():  # better said now than after the whole run
            raise NotADirectoryError(ENOTDIR, strerror(ENOTDIR), str(above))
        return
    if not (target / MANIFEST).is_file() or "yrdgeo" not in read_manifest(target):
        raise StudyError(
            f"{target} is there but is not a run's folder.",
            found=f"no {MANIFEST} of ours in it",
            fix="Name another folder with --out, or move it away.",
        )
    if not overwrite:
        raise StudyError(
            f"{target} is already there.", fix="Replace it with --overwrite, or name another --out."
        )


def _write_manifest(run: Run, folder: Path) -> None:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    hashes = {path.relative_to(folder).as_posix(): sha256(path) for path in files}
    content = {
        **run.provenance,
        "warnings": list(run.warnings),
        "warnings_zh": list(run.warnings_zh),
        "files": hashes,
    }
    write_json(folder / MANIFEST, content)


def swap(draft: Path, target: Path, old: Path) -> None:
    """Put the new folder in place of the old one, with a copy of files that no run wrote.

    The copies are made first: whatever fails, the old folder is where it was.
    """
    if not target.exists():
        draft.replace(target)
        return
    _bring_back(target, draft)
    target.replace(old)
    try:
        draft.replace(target)
    except OSError:
        old.replace(target)
        raise


def _bring_back(earlier: Path, draft: Path) -> None:
    listed = {MANIFEST, *_written(earlier)}
    for path in sorted(earlier.rglob("*")):
        name = path.relative_to(earlier)
        kept = path.is_symlink() or path.is_file() or not any(path.iterdir())
        if kept and name.as_posix() not in listed and not (draft / name).exists():
            (draft / name).parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir() and not path.is_symlink():
                (draft / name).mkdir()
            else:
                shutil.copy2(path, draft / name, follow_symlinks=False)


def _written(folder: Path) -> set[str]:
    files = read_manifest(folder).get("files")
    return set(files) if isinstance(files, dict) else set()
