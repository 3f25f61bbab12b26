"""The Excel workbook: every table whole, every text a text, the same bytes twice."""

import zipfile
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from yrdgeo.publish.columns import clean
from yrdgeo.publish.csvtables import all_tables
from yrdgeo.publish.workbook import write_workbook
from yrdgeo.results import Run


@pytest.fixture(scope="module")
def path(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_workbook(run, tmp_path_factory.mktemp("xlsx") / "new" / "sample.xlsx")


def test_every_table_and_matrix_has_a_sheet_of_all_its_rows(run: Run, path: Path) -> None:
    sheets = pd.read_excel(path, sheet_name=None, dtype=str, keep_default_na=False)
    tables = dict(all_tables(run))
    assert list(sheets) == [
        "contents", *tables, "times_best", "times_rail", "times_road", "columns",
    ]  # fmt: skip
    for name, table in tables.items():
        assert list(sheets[name].columns) == list(table.columns)
        assert len(sheets[name]) == len(table)
    listed = sheets["contents"].set_index("sheet")["rows"]
    assert listed["indicators"] == str(len(run.results))


def test_cells_are_the_values_of_the_run(run: Run, path: Path) -> None:
    results = pd.read_excel(path, sheet_name="indicators", dtype={"adcode": str})
    keys = ["layer_id", "adcode", "year", "scenario"]
    read = results.fillna({"scenario": ""}).set_index(keys)["value"]
    wanted = run.results.set_index(keys)["value"]
    for key, value in wanted.items():
        assert float(read[key]) == pytest.approx(value, rel=1e-14, nan_ok=True)


def test_times_are_a_matrix_by_code(run: Run, path: Path) -> None:
    sheet = pd.read_excel(path, sheet_name="times_rail", dtype={"from_id": str})
    matrix = sheet.set_index("from_id").drop(columns="name_zh").astype(float)
    pd.testing.assert_frame_equal(
        matrix,
        run.times["rail"].to_frame().sort_index().sort_index(axis=1),
        check_names=False,
    )


def test_every_column_is_explained_where_it_is_known(path: Path) -> None:
    columns = pd.read_excel(path, sheet_name="columns", dtype=str)
    gdp = columns[columns["column"].eq("gdp_per_capita_yuan")].iloc[0]
    assert "GDP per head" in gdp["title"]
    assert set(columns["sheet"]) >= {"cities", "pairs", "inequality"}


def test_the_same_run_gives_the_same_bytes(run: Run, tmp_path: Path) -> None:
    first, second = (write_workbook(run, tmp_path / name).read_bytes() for name in ("a", "b"))
    assert first == second


def test_hostile_text_is_never_a_formula(
    hostile_run: Run, hostile_text: str, tmp_path: Path
) -> None:
    path = write_workbook(hostile_run, tmp_path / "x.xlsx")
    book = load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n", "b"}
    names = {row[0].value for row in book["cities"].iter_rows(min_row=2, min_col=2, max_col=2)}
    assert names == {clean(hostile_text)}
    with zipfile.ZipFile(path) as archive:
        sheets = [n for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
        assert not any(b"<f>" in archive.read(name) for name in sheets)
