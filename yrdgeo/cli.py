"""The command line: parses and prints, decides nothing.

Exit codes: 0 done, 1 a defect of ours, 2 the user's input or usage.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer

from yrdgeo.errors import YrdGeoError

app = typer.Typer(
    name="yrdgeo",
    help="Accessibility, core-periphery gradients and city pairs of a region, as maps and tables.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Listed = Literal["regions", "indicators", "measures", "schemes", "sources", "studies", "formats"]
Exported = Literal["geopackage", "geojson", "parquet", "csv", "xlsx", "cog"]

_StudyName = Annotated[str, typer.Argument(metavar="STUDY", help="A shipped name (yrd) or a file.")]
_RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="A run's folder.")]
_Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]


@app.callback()
def options(debug: _Debug = False) -> None:  # noqa: FBT002 — typer reads flags so
    """Keep the traceback of a defect where asked."""
    _state["debug"] = debug


_state = {"debug": False}


@app.command()
def run(
    study: _StudyName,
    out: Annotated[Path, typer.Option(help="Folder for the runs.")] = Path("outputs"),
    formats: Annotated[
        list[str] | None, typer.Option("--format", help="Write only this; may repeat.")
    ] = None,
    *,
    overwrite: Annotated[bool, typer.Option(help="Replace an earlier run.")] = False,
    quiet: Annotated[bool, typer.Option(help="Print nothing but errors.")] = False,
) -> None:
    """Answer a study and write its atlas, GeoPackage, tables and workbook, or what is asked for."""
    from yrdgeo.pipeline import run_study
    from yrdgeo.study import load_study

    with _progress(quiet=quiet) as progress:
        result = run_study(
            load_study(study), out, formats=formats, overwrite=overwrite, progress=progress
        )
    if quiet:
        return
    for warning in result.warnings:
        typer.echo(f"warning: {_line(warning)}", err=True)
    typer.echo(result.out)


@app.command()
def check(study: Annotated[str, typer.Argument(metavar="STUDY|FILE")]) -> None:
    """Validate a study or an input file: a line a table, and what matched."""
    from yrdgeo.pipeline import check_input

    for line in check_input(study):
        typer.echo(_line(line))


@app.command("list")
def list_rows(what: Annotated[Listed, typer.Argument()]) -> None:
    """List what is shipped."""
    from yrdgeo.pipeline import listing

    for row in listing(what):
        typer.echo("\t".join(_line(cell) for cell in row))


@app.command()
def show(folder: _RunFolder) -> None:
    """Show where a run's numbers come from."""
    from yrdgeo.pipeline import described_run

    for line in described_run(folder):
        typer.echo(_line(line))


@app.command()
def export(  # noqa: PLR0913 — typer wants one parameter an option
    folder: _RunFolder,
    *,
    form: Annotated[Exported, typer.Option("--format", help="What to write.")],
    crs: Annotated[str, typer.Option(help="EPSG:4549 and the like; the run's if none.")] = "",
    layer: Annotated[str, typer.Option(help="Only this layer or table.")] = "",
    field: Annotated[str, typer.Option(help="cog: the column that is burnt in.")] = "",
    resolution: Annotated[float | None, typer.Option(help="cog: side of a cell, metres.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder; RUN-export if none.")] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace files that are there.")] = False,
) -> None:
    """Write a run in another format; cells of cog are of equal area unless --crs says else."""
    from yrdgeo.pipeline.export import Export, export_run

    wanted = Export(form, crs, layer, field, resolution)
    for path in export_run(folder, wanted, out=out, overwrite=overwrite):
        typer.echo(_line(path))


@app.command()
def init(path: Annotated[Path, typer.Argument(help="The study file to write.")]) -> None:
    """Write a commented study file to start from."""
    from yrdgeo.pipeline import write_template

    typer.echo(write_template(path))


def main() -> None:
    """Run the command line; every deliberate error is one message and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        app()
    except YrdGeoError as error:
        _fail(str(error), code=2)
    except BrokenPipeError:
        sys.exit(0)
    except OSError as error:
        what = f"{error.strerror or error}: {error.filename or 'no file'}"
        _fail(f"{what}. Check the path, its rights and the space on the disk.", code=2)
    except Exception as error:  # noqa: BLE001 — the last line of defence
        _fail(f"defect in yrdgeo: {type(error).__name__}: {error}. Please report it.", code=1)


def _fail(message: str, *, code: int) -> None:
    if _state["debug"]:
        import traceback

        traceback.print_exc()
    typer.echo(f"error: {_printable(message)}", err=True)
    sys.exit(code)


def _printable(text: str) -> str:
    """Escape control characters: a name in a file must not steer the terminal."""
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)


def _line(value: object) -> str:
    return _printable(str(value)).replace("\n", " ")


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[str, int, int], None] | None]:
    """Give a callback that draws a bar on stderr, or nothing where nobody looks."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def advance(step: str, done: int, total: int) -> None:
            bar.update(task, description=step, completed=done, total=total)

        yield advance
