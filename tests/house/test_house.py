"""The house keeps its shape: size, imports, exports, names, and the gates themselves."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import yrdgeo

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "yrdgeo"
MODULES = sorted(PACKAGE.rglob("*.py"))
HEAVY = ("numpy", "pandas", "geopandas", "folium", "rasterio", "osmnx", "numba", "scipy", "typer")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=570
    )


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_is_at_most_350_lines(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 350


@pytest.mark.parametrize("script", sorted((PACKAGE / "publish" / "assets").glob("*.js")))
def test_our_page_scripts_are_at_most_350_lines(script: Path) -> None:
    if script.name != "leaflet.js":
        assert len(script.read_text(encoding="utf-8").splitlines()) <= 350


@pytest.mark.parametrize("name", yrdgeo.__all__)
def test_every_public_name_exists_and_is_documented(name: str) -> None:
    assert getattr(yrdgeo, name).__doc__


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        getattr(yrdgeo, "no_such_name")  # noqa: B009 — the dynamic path is what is tested


def test_importing_yrdgeo_loads_no_heavy_package() -> None:
    code = f"import sys, yrdgeo; print([m for m in {HEAVY!r} if m in sys.modules])"
    assert run(sys.executable, "-c", code).stdout.strip() == "[]"


def test_importing_the_command_line_loads_no_geopandas_and_no_numpy() -> None:
    code = "import sys, yrdgeo.cli; print('geopandas' in sys.modules, 'numpy' in sys.modules)"
    assert run(sys.executable, "-c", code).stdout.strip() == "False False"


def test_the_rooms_import_one_way() -> None:
    result = run(
        sys.executable, "-c", "from importlinter.cli import lint_imports_command as m; m()"
    )
    assert result.returncode == 0, result.stdout


def test_ruff_finds_nothing() -> None:
    result = run(sys.executable, "-m", "ruff", "check", "--no-cache", ".")
    assert result.returncode == 0, result.stdout


def test_ruff_would_format_nothing() -> None:
    result = run(sys.executable, "-m", "ruff", "format", "--no-cache", "--check", ".")
    assert result.returncode == 0, result.stdout


def test_mypy_strict_finds_nothing() -> None:
    result = run(sys.executable, "-m", "mypy", "yrdgeo")
    assert result.returncode == 0, result.stdout


def test_every_module_has_a_docstring() -> None:
    bare = [m.name for m in MODULES if not ast.get_docstring(ast.parse(m.read_text("utf-8")))]
    assert bare == []


def test_readme_shows_the_two_commands_first() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```(?:sh|bash|console)\n(.*?)```", readme, flags=re.DOTALL)
    assert "make atlas" in blocks[0]
    assert "make test" in blocks[0]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make (\w+)", blocks[0], flags=re.MULTILINE):
        assert f"\n{target}:" in makefile


def test_every_changelog_release_is_the_version_or_older() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\d+\.\d+\.\d+)", changelog, flags=re.MULTILINE)
    assert newest is not None
    assert f'version = "{newest[1]}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_no_file_names_a_place_outside_the_project() -> None:
    listed = run("git", "ls-files").stdout.split()
    pattern = re.compile("|".join(["/" + "work/", r"\.\./" + "shared"]))
    named = [
        name
        for name in listed
        if (ROOT / name).suffix in {".py", ".md", ".toml", ".ipynb", ".csv", ".js"}
        and (ROOT / name).exists()
        and pattern.search((ROOT / name).read_text(encoding="utf-8"))
    ]
    assert named == []
