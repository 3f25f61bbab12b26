"""The wheel carries everything: elsewhere it gives the same bytes as the checkout."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from yrdgeo.provenance import sha256

EPOCH = "0"  # 1970, which a GeoPackage says too where no time is set
ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "yrdgeo", "run", "yrd", "--quiet")


def run(*command: str, folder: Path, **environment: str) -> str:
    result = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def hashes(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path) for path in files}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = (sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder))
    run(*build, folder=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the checkout ran the shipped study to, at a time that is set."""
    out = tmp_path_factory.mktemp("checkout")
    run(*COMMAND, "--out", str(out), folder=ROOT)
    return out / "yrd"


def test_the_wheel_elsewhere_and_the_checkout_write_the_same_bytes(
    wheel: Path, checkout: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    install = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index")
    run(*install, "--target", str(site), str(wheel), folder=tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    where = run(
        sys.executable,
        "-c",
        "import yrdgeo; print(yrdgeo.__file__)",
        folder=elsewhere,
        PYTHONPATH=str(site),
    )
    assert where.startswith(str(site))
    run(*COMMAND, folder=elsewhere, PYTHONPATH=str(site))
    assert hashes(elsewhere / "outputs" / "yrd") == hashes(checkout)


def test_only_the_clock_of_run_json_differs_between_two_runs(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    subprocess.run([*COMMAND, "--out", str(tmp_path)], cwd=ROOT, check=True, timeout=300)
    one, two = hashes(checkout), hashes(tmp_path / "yrd")
    assert {name for name in one | two if one.get(name) != two.get(name)} == {"run.json"}
