"""The command line: exit codes, one-line errors, nothing half-written.

One run is a process of its own; everything else is asked of the same ``main`` in this one, which
is spared the import of the package.
"""

import io
import os
import shutil
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

import pytest
from made_studies import HEAD, REGION

from yrdgeo.cli import main

Completed = subprocess.CompletedProcess[str]


def process(*arguments: str) -> Completed:
    return subprocess.run(
        [sys.executable, "-m", "yrdgeo", *arguments],
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


def yrdgeo(*arguments: str, folder: Path | None = None) -> Completed:
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with (
        chdir(folder or Path.cwd()),
        mock.patch.object(sys, "argv", ["yrdgeo", *arguments]),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as left:
            code = left.code or 0
    assert isinstance(code, int)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Completed]:
    """Return where the shipped study was run to by a process, and what that said."""
    folder = tmp_path_factory.mktemp("finished")
    return folder, process("run", "yrd", "--out", str(folder), "--format", "tables")


@pytest.fixture
def small(tmp_path: Path) -> str:
    """Return the path of a study of three cities."""
    (tmp_path / "trio.toml").write_text(REGION, "utf-8")
    (tmp_path / "mine.toml").write_text(f'{HEAD}modes = ["road"]\n', "utf-8")
    return str(tmp_path / "mine.toml")


def test_a_run_prints_its_folder_and_writes_it(finished: tuple[Path, Completed]) -> None:
    folder, result = finished
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == str(folder / "yrd")
    assert (folder / "yrd" / "tables" / "cities.csv").is_file()
    assert "unverified" in result.stderr


def test_a_process_ends_with_the_code_of_what_it_said(tmp_path: Path) -> None:
    result = process("show", str(tmp_path))
    assert result.returncode == 2
    assert "is not a run's folder" in result.stderr


def test_a_second_run_needs_overwrite_and_keeps_what_others_put_there(
    tmp_path: Path, small: str
) -> None:
    out = tmp_path / "runs"
    arguments = ("run", small, "--out", str(out), "--format", "tables", "--quiet")
    assert yrdgeo(*arguments).returncode == 0
    (out / "mine" / "my notes.txt").write_text("mine")
    before = (out / "mine" / "tables" / "cities.csv").read_bytes()
    again = yrdgeo(*arguments)
    assert again.returncode == 2
    assert "--overwrite" in again.stderr
    assert yrdgeo(*arguments, "--overwrite").returncode == 0
    assert (out / "mine" / "my notes.txt").read_text() == "mine"
    assert (out / "mine" / "tables" / "cities.csv").read_bytes() == before
    assert [path.name for path in out.iterdir()] == ["mine"]


def test_a_folder_that_is_not_a_runs_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "yrd").mkdir()
    (tmp_path / "yrd" / "thesis.docx").write_text("years of work")
    result = yrdgeo("run", "yrd", "--out", str(tmp_path), "--overwrite")
    assert result.returncode == 2
    assert "not a run's folder" in result.stderr
    assert (tmp_path / "yrd" / "thesis.docx").read_text() == "years of work"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "yrdd"), "Did you mean 'yrd'?"),
        (("run", "yrd", "--format", "atlass"), "Did you mean 'atlas'?"),
        (("check", "nowhere.csv"), "There is no file 'nowhere.csv'"),
        (("show", "nowhere"), "is not a run's folder"),
        (("list", "everything"), "everything"),
        (("no-such-command",), "No such command"),
    ],
)
def test_a_wrong_request_is_one_message_and_exit_code_2(
    arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    result = yrdgeo(*arguments, folder=tmp_path)
    assert result.returncode == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("what", "row"),
    [
        ("regions", "yrd\t"),
        ("indicators", "gdp_per_capita\t"),
        ("measures", "weighted_mean_time\t"),
        ("measures", "coreness\tlinkage\t"),
        ("measures", "local_moran\tcluster\t数值的集聚"),
        ("studies", "yrd\t"),
        ("formats", "figures\tfigures/*.png *.svg"),
        ("sources", "source_id\t"),
        ("schemes", "northern_anhui_twinning_2021\t沪苏浙城市结对合作帮扶皖北城市\t"),
        ("schemes", "\t7\tcounterpart\tnortheast_2017"),
    ],
)
def test_list_prints_a_row_a_thing(what: str, row: str) -> None:
    result = yrdgeo("list", what)
    assert result.returncode == 0, result.stderr
    assert row in result.stdout


def test_check_says_a_line_a_table_and_what_is_unverified() -> None:
    result = yrdgeo("check", "yrd")
    assert result.returncode == 0, result.stderr
    assert "cities: 41 rows" in result.stdout
    assert "gdp 2022: 41 of 41, 4 unverified" in result.stdout


def test_check_lists_every_problem_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "gdp.csv"
    rows = ["city,year,indicator,unit,value", "Suzhou,2022,gdp,亿元,1"]
    rows += ["毫州,2022,gdp,亿元,2", "合肥,2022,gdp,亿元,many"]
    path.write_text("\n".join(rows), encoding="utf-8")
    result = yrdgeo("check", str(path))
    assert result.returncode == 2
    for said in ("row 2", "320500", "341300", "row 3", "亳州", "row 4", "many"):
        assert said in result.stderr


def test_init_writes_a_study_that_runs(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    assert yrdgeo("init", str(path)).returncode == 0
    result = yrdgeo("run", str(path), "--out", str(tmp_path), "--format", "tables", "--quiet")
    assert result.returncode == 0, result.stderr
    again = yrdgeo("init", str(path))
    assert again.returncode == 2
    assert "already there" in again.stderr


def test_show_names_the_files_of_a_run_and_export_writes_them_otherwise(
    tmp_path: Path, finished: tuple[Path, Completed]
) -> None:
    home = str(shutil.copytree(finished[0] / "yrd", tmp_path / "yrd"))
    result = yrdgeo("show", home)
    assert result.returncode == 0
    assert "tables/cities.csv" in result.stdout
    assert "year: 2022" in result.stdout
    assert "network.modes: rail, road\n" in result.stdout
    assert "{" not in result.stdout
    done = yrdgeo("export", home, "--format", "xlsx")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(tmp_path / "yrd-export" / "yrd.xlsx")
    for arguments, said in (
        (("--format", "xlsx"), "--overwrite"),
        (("--format", "geojson"), "--format geopackage"),
        (("--format", "shp"), "shp"),
        (("--format", "csv", "--crs", "EPSG:4549"), "does not take --crs"),
        (("--format", "cog", "--resolution", "many"), "--resolution"),
    ):
        refused = yrdgeo("export", home, *arguments)
        assert refused.returncode == 2
        assert said in refused.stderr
        assert "Traceback" not in refused.stderr
    assert [p.name for p in (tmp_path / "yrd-export").iterdir()] == ["yrd.xlsx"]
    assert yrdgeo("export", home, "--format", "xlsx", "--overwrite").returncode == 0


def test_a_notebook_and_a_workbook_are_written_on_request(tmp_path: Path, small: str) -> None:
    arguments = ("--format", "workbook", "--format", "notebook", "--quiet")
    result = yrdgeo("run", small, "--out", str(tmp_path / "runs"), *arguments)
    assert result.returncode == 0, result.stderr
    assert sorted(path.name for path in (tmp_path / "runs" / "mine").iterdir()) == [
        "mine.xlsx", "notebook.ipynb", "run.json", "tables",
    ]  # fmt: skip


def test_a_study_file_cannot_steer_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('"\\u001b[31mred" = 1\n', encoding="utf-8")
    result = yrdgeo("check", str(path))
    assert result.returncode == 2
    assert "\x1b" not in result.stderr


def test_a_folder_of_another_program_keeps_its_run_json(tmp_path: Path) -> None:
    (tmp_path / "yrd").mkdir()
    (tmp_path / "yrd" / "run.json").write_text('{"mine": 1}')
    result = yrdgeo("run", "yrd", "--out", str(tmp_path), "--overwrite")
    assert result.returncode == 2
    assert "not a run's folder" in result.stderr
    assert (tmp_path / "yrd" / "run.json").read_text() == '{"mine": 1}'


def test_an_output_path_that_is_a_file_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    result = yrdgeo("run", "yrd", "--out", str(tmp_path / "out"), "--format", "tables")
    assert result.returncode == 2
    assert "Check the path" in result.stderr
    assert (tmp_path / "out").read_text() == "mine"
