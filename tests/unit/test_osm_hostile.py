"""Hostile and damaged files end quickly, in one error, in little memory."""

import gzip
import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from made_osm import NODES, WAYS, write_osm, write_pbf

MEMORY = 3 << 30  # bytes of addresses; most are libraries' and threads', not used
SCRIPT = """
import json, sys, time
from resource import RUSAGE_SELF, getrusage
from pathlib import Path
from yrdgeo.errors import SourceError
from yrdgeo.sources.osm import read_osm

def peak():
    return getrusage(RUSAGE_SELF).ru_maxrss // 1024

def read(path):
    before, start = peak(), time.perf_counter()
    try:
        words = f"read {len(read_osm(path).links)}"
    except SourceError as error:
        words = f"SourceError | {error.found} | {error.fix}"
    return words, peak() - before, time.perf_counter() - start

print(json.dumps({Path(path).name: read(path) for path in sys.argv[1:]}))
"""


def _laughs() -> str:
    entities = '<!ENTITY l0 "lol">' + "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)
    )
    return f"<!DOCTYPE osm [{entities}]>" + _osm('<tag k="highway" v="&l9;"/>')


def _osm(tags: str, *, nodes: str = "", refs: str = '<nd ref="1"/><nd ref="2"/>') -> str:
    two = '<node id="1" lon="120" lat="31"/><node id="2" lon="120.1" lat="31"/>'
    return f'<osm version="0.6">{nodes or two}<way id="1">{refs}{tags}</way></osm>'


ROAD = '<tag k="highway" v="primary"/>'
OUTSIDE = '<!DOCTYPE osm [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
XML = {
    "billion laughs": _laughs(),
    "outside entity": OUTSIDE + _osm('<tag k="highway" v="&x;"/>'),
    "not closed": _osm(ROAD)[:-12],
    "empty": "",
    "no XML": "hello",
    "another XML": "<gpx></gpx>",
    "absurd node id": _osm(ROAD, nodes='<node id="99999999999999999999" lon="1" lat="1"/>'),
    "absurd way node": _osm(ROAD, refs='<nd ref="9223372036854775807"/><nd ref="1"/>'),
    "words for places": _osm(ROAD, nodes='<node id="1" lon="east" lat="north"/>'),
    "far places": _osm(
        ROAD, nodes='<node id="1" lon="1e9" lat="31"/><node id="2" lon="2" lat="3"/>'
    ),
    "no places": _osm(ROAD, nodes='<node id="1"/><node id="2"/>'),
}


def _truncated(content: bytes) -> bytes:
    return content[:-40]


def _noise(_content: bytes) -> bytes:
    return bytes(range(256)) * 400


def _flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + b"\xff" * 30 + content[middle + 30 :]


def _giant_header(content: bytes) -> bytes:
    return b"\x7f\xff\xff\xff" + content[4:]


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "truncated": _truncated,
    "noise": _noise,
    "flipped": _flipped,
    "giant header": _giant_header,
}


def _write_bomb(path: Path) -> Path:
    """Write 200 MB of blanks, packed into less than 0.4."""
    with gzip.open(path, "wb", compresslevel=9) as stream:
        stream.write(b'<osm version="0.6">')
        for _ in range(100):
            stream.write(b" " * 2_000_000)
        stream.write(b"</osm>")
    assert path.stat().st_size < 400_000
    return path


Readings = dict[str, tuple[str, int, float]]


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> Readings:
    """Return the words, MiB and seconds of each file, read in one process of few addresses."""
    folder = tmp_path_factory.mktemp("files")
    paths = [write_osm(folder / "fine.osm", NODES, WAYS)]
    for name, text in XML.items():
        paths.append(folder / f"{name}.osm")
        paths[-1].write_text(text, encoding="utf-8")
    fine = write_pbf(folder / "fine.osm.pbf", NODES, WAYS)
    for name, damage in DAMAGE.items():
        paths.append(folder / f"{name}.osm.pbf")
        paths[-1].write_bytes(damage(fine.read_bytes()))
    (folder / "notes.txt").write_text("hello", encoding="utf-8")
    (folder / "folder.osm").mkdir()
    paths += [fine, folder / "absent.osm.pbf", folder / "notes.txt", folder / "folder.osm"]
    paths.append(_write_bomb(folder / "bomb.osm.gz"))
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *map(str, paths)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
    )
    assert done.returncode == 0, done.stderr
    return {name: (words, mib, s) for name, (words, mib, s) in json.loads(done.stdout).items()}


def test_harmless_files_are_read_in_the_same_process(readings: Readings) -> None:
    assert readings["fine.osm"][0] == readings["fine.osm.pbf"][0] == "read 6"


@pytest.mark.parametrize(
    "name",
    [
        *(f"{name}.osm" for name in XML),
        *(f"{name}.osm.pbf" for name in DAMAGE),
        "absent.osm.pbf",
        "notes.txt",
        "folder.osm",
        "bomb.osm.gz",
    ],
)
def test_a_bad_file_ends_in_one_error_soon_and_in_little_memory(
    readings: Readings, name: str
) -> None:
    words, growth_mib, seconds = readings[name]
    kind, found, fix = words.split(" | ")
    assert kind == "SourceError"
    assert found or name in {"absent.osm.pbf", "folder.osm"}
    assert fix
    assert growth_mib < 100
    assert seconds < 30


def test_entities_are_refused_by_name(readings: Readings) -> None:
    for name in ("billion laughs.osm", "outside entity.osm"):
        assert "entities are not supported" in readings[name][0]
