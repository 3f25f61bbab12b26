"""The notebook of a run: it runs where the tables are, and shows text as text."""

import json
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from yrdgeo.publish.csvtables import write_tables
from yrdgeo.publish.notebook import write_notebook
from yrdgeo.results import Run


def test_it_runs_beside_the_tables(run: Run, tmp_path: Path) -> None:
    write_tables(run, tmp_path / "tables")
    path = write_notebook(run, tmp_path / "notebook.ipynb")
    book = nbformat.read(path, as_version=4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONWARNINGS", "ignore")
        done = NotebookClient(
            book, timeout=120, resources={"metadata": {"path": str(tmp_path)}}
        ).execute()
    outputs = [one for cell in done.cells for one in cell.get("outputs", [])]
    assert not [one for one in outputs if one["output_type"] == "error"]
    shown = json.dumps([one["data"]["text/plain"] for one in outputs if "data" in one])
    assert all(f"'{name}':" in shown for name in ("cities", "pairs", "inequality"))


def test_the_same_run_gives_the_same_bytes(run: Run, tmp_path: Path) -> None:
    first, second = (write_notebook(run, tmp_path / name).read_bytes() for name in ("a", "b"))
    assert first == second


def test_hostile_text_stays_text(hostile_run: Run, hostile_text: str, tmp_path: Path) -> None:
    book = nbformat.read(write_notebook(hostile_run, tmp_path / "x.ipynb"), as_version=4)
    nbformat.validate(book)
    prose = "".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    assert "<" not in prose
    code = "\n".join(cell.source for cell in book.cells if cell.cell_type == "code")
    assert hostile_text not in code
    compile(code, "notebook", "exec")
