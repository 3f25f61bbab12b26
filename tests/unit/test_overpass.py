"""Overpass is asked politely, once, and only when asked: a server of our own tells."""

import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs

import osmnx
import pandas as pd
import pytest
import requests
from made_osm import NODES, WAYS, Way, write_osm
from shapely import box
from shapely.geometry import mapping

from yrdgeo.errors import ArgumentError, SourceError
from yrdgeo.sources.osm import OsmNetwork, read_osm
from yrdgeo.sources.overpass import Server, from_overpass

AREA = box(119.98, 30.97, 120.05, 31.03)
TOWN = {way: row for way, row in WAYS.items() if way != 13}  # the island lies outside
FAR = {node: (120.2 + node / 1e4, 31.0) for node in (70, 71, 72)}
FAR |= {node: (120.04, 31.0 + (node - 70) / 1e3) for node in (73, 74)}  # in the area, alone
SETTINGS = ("overpass_url", "cache_folder", "requests_kwargs", "all_oneway", "http_user_agent")


@dataclass
class Recorder:
    """What a server was asked, and what it shall answer before it does its work."""

    url: str = ""
    asked: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)


def _elements(ways: dict[int, Way]) -> bytes:
    places = {**NODES, **FAR}
    nodes = [
        {"type": "node", "id": node, "lon": lon, "lat": lat} for node, (lon, lat) in places.items()
    ]
    lines = [
        {"type": "way", "id": way, "nodes": [*refs], "tags": dict(tags)}
        for way, (refs, tags) in ways.items()
    ]
    return json.dumps({"elements": [*nodes, *lines]}).encode()


PLACE = [
    {
        "place_id": 1,
        "osm_type": "relation",
        "osm_id": 9,
        "lat": "31.2",
        "lon": "120.5",
        "class": "boundary",
        "type": "administrative",
        "importance": 1.0,
        "name": "Town",
        "display_name": "Town",
        "boundingbox": ["30.97", "31.03", "119.98", "120.05"],
        "geojson": mapping(AREA),
    }
]


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    told = Recorder()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(size).decode()
            told.asked.append((self.path, dict(self.headers.items()), body))
            usual = json.dumps(PLACE).encode() if "search" in self.path else b'{"elements": []}'
            if "highway" in parse_qs(body).get("data", [""])[0]:
                usual = _elements(TOWN)
            status, headers, content = told.answers.pop(0) if told.answers else (200, {}, usual)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _answer  # noqa: N815 — the names that http.server calls

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


def _server(recorder: Recorder, folder: Path, *, retries: int = 2, contact: str = "") -> Server:
    return Server(
        overpass_url=f"{recorder.url}/api",
        nominatim_url=recorder.url,
        cache_folder=folder / "cache",
        contact=contact,
        retries=retries,
        pause_s=0.01,
        timeout_s=10,
    )


def _roads(recorder: Recorder, folder: Path, *, retries: int = 2, contact: str = "") -> OsmNetwork:
    server = _server(recorder, folder, retries=retries, contact=contact)
    return from_overpass(AREA, server=server, classes=list(ROADS))


ROADS = ("primary", "secondary", "tertiary", "residential")


def test_the_answer_is_the_network_of_the_file(recorder: Recorder, tmp_path: Path) -> None:
    asked = _roads(recorder, tmp_path)
    read = read_osm(write_osm(tmp_path / "town.osm", NODES, TOWN))
    for one, other, key in (
        (asked.links, read.links, "link_id"),
        (asked.nodes, read.nodes, "node_id"),
    ):
        pd.testing.assert_frame_equal(
            one.sort_values(key, ignore_index=True), other.sort_values(key, ignore_index=True)
        )


def test_the_query_names_the_classes_and_the_area(recorder: Recorder, tmp_path: Path) -> None:
    _roads(recorder, tmp_path)
    [(path, _, body)] = recorder.asked
    query = parse_qs(body)["data"][0]
    assert path == "/api/interpreter"
    assert '"highway"~"^(primary|secondary|tertiary|residential)$"' in query
    assert "poly:" in query


def test_the_user_agent_says_who_asks(recorder: Recorder, tmp_path: Path) -> None:
    _roads(recorder, tmp_path, contact="planner@example.org\r\nX-Evil: 1")
    [(_, headers, _)] = recorder.asked
    assert headers["User-Agent"].startswith("yrdgeo/")
    assert "planner@example.org" in headers["User-Agent"]
    assert "X-Evil" not in headers


def test_a_second_call_asks_nothing(recorder: Recorder, tmp_path: Path) -> None:
    first = _roads(recorder, tmp_path)
    count = len(recorder.asked)
    second = _roads(recorder, tmp_path)
    assert count == len(recorder.asked) == 1
    pd.testing.assert_frame_equal(first.links, second.links)


@pytest.mark.parametrize("status", [429, 504, 503])
def test_a_busy_server_is_asked_again(recorder: Recorder, tmp_path: Path, status: int) -> None:
    recorder.answers = [(status, {}, b"busy"), (status, {"Retry-After": "0"}, b"busy")]
    told: list[str] = []
    network = from_overpass(
        AREA, classes=ROADS, server=_server(recorder, tmp_path), progress=told.append
    )
    assert len(recorder.asked) == 3
    assert len(network.links) == 5
    assert sum("asking again" in sentence for sentence in told) == 2
    assert any("0.01 s" in sentence for sentence in told)
    assert any("in 0 s" in sentence for sentence in told)


def test_a_server_that_stays_busy_is_left_alone(recorder: Recorder, tmp_path: Path) -> None:
    recorder.answers = [(429, {}, b"busy")] * 9
    with pytest.raises(SourceError, match="stayed busy for 3 requests") as caught:
        _roads(recorder, tmp_path, retries=2)
    assert len(recorder.asked) == 3
    assert "429" in caught.value.found
    assert caught.value.fix


def test_a_refusal_is_not_asked_again(recorder: Recorder, tmp_path: Path) -> None:
    recorder.answers = [(400, {}, b"parse error")]
    with pytest.raises(SourceError, match="parse error"):
        _roads(recorder, tmp_path)
    assert len(recorder.asked) == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html>no JSON</html>", "holds no such network"),
        (b'{"elements": []}', "holds no such network"),
        (b'{"elements": [], "remark": "runtime error: Query timed out"}', "gave up half-way"),
        (b"[1, 2]", "holds no such network"),
        (b"null", "holds no such network"),
        (b'{"elements": null}', "holds no such network"),
        (b'{"elements": [{"type": "way", "id": 1}]}', "holds no such network"),
        (b'{"elements": [{"id": 1}]}', "holds no such network"),
        (b'{"elements": [{"type": "way", "id": 1, "nodes": [1, 2]}]}', "holds no such network"),
        (b'{"elements": [{"type": "node", "id": 1, "lat": "x", "lon": []}]}', "no such network"),
    ],
)
def test_an_odd_answer_is_one_error_and_is_not_kept(
    recorder: Recorder, tmp_path: Path, body: bytes, words: str
) -> None:
    recorder.answers = [(200, {}, body)]
    with pytest.raises(SourceError, match=words):
        _roads(recorder, tmp_path)
    assert len(_roads(recorder, tmp_path).links) == 5


@pytest.mark.parametrize("body", [b"[]", b"null", b"[{}]", b'[{"geojson": 1}]', b"[1]"])
def test_an_odd_answer_for_a_name_is_one_error_and_is_not_kept(
    recorder: Recorder, tmp_path: Path, body: bytes
) -> None:
    recorder.answers = [(200, {}, body)]
    server = _server(recorder, tmp_path)
    with pytest.raises((SourceError, ArgumentError)):
        from_overpass("Town", classes=ROADS, server=server)
    assert len(from_overpass("Town", classes=ROADS, server=server).links) == 5


@pytest.mark.parametrize(
    ("option", "value"),
    [("retries", -1), ("pause_s", -1.0), ("pause_s", float("nan")), ("timeout_s", 0.0),
     ("overpass_url", "ftp://x"), ("nominatim_url", "file:///etc/hosts"), ("overpass_url", "")],
)  # fmt: skip
def test_a_server_that_cannot_be_asked_is_refused(option: str, value: float | str) -> None:
    with pytest.raises(ArgumentError, match=r"http or https, 0 or more retries"):
        Server(**{option: value})  # type: ignore[arg-type]


def test_no_server_is_one_error_at_once(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    gone = Recorder(url=f"http://127.0.0.1:{port}")
    with pytest.raises(SourceError, match="cannot be reached"):
        _roads(gone, tmp_path)


def test_a_place_is_looked_up_by_name(recorder: Recorder, tmp_path: Path) -> None:
    network = from_overpass("Town", classes=ROADS, server=_server(recorder, tmp_path))
    assert [path.split("?")[0] for path, _, _ in recorder.asked] == ["/search", "/api/interpreter"]
    assert len(network.links) == 5


def test_a_way_that_leaves_the_area_and_returns_comes_in_pieces(
    recorder: Recorder, tmp_path: Path
) -> None:
    ways: dict[int, Way] = {**TOWN, 80: ([6, 70, 71, 72, 4], {"highway": "primary"})}
    recorder.answers = [(200, {}, _elements(ways))]
    links = _roads(recorder, tmp_path).links
    pieces = links[links["way_id"] == "w80"].set_index("link_id")
    assert pieces[["from_node", "to_node"]].to_numpy().tolist() == [["n6", "n70"], ["n72", "n4"]]
    assert pieces.index.tolist() == ["w80-0", "w80-1"]


def test_islands_are_left_to_the_report(recorder: Recorder, tmp_path: Path) -> None:
    ways: dict[int, Way] = {**TOWN, 81: ([73, 74], {"highway": "primary"})}
    recorder.answers = [(200, {}, _elements(ways))]
    counts = _roads(recorder, tmp_path).report.table.set_index("issue")["count"]
    assert counts["island"] == 1


def test_each_pause_is_twice_the_last(recorder: Recorder, tmp_path: Path) -> None:
    recorder.answers = [(429, {}, b"")] * 3
    told: list[str] = []
    server = _server(recorder, tmp_path, retries=3)
    from_overpass(AREA, classes=ROADS, server=server, progress=told.append)
    pauses = [sentence.split()[-2] for sentence in told if "asking again" in sentence]
    assert pauses == ["0.01", "0.02", "0.04"]


def test_no_third_party_is_asked_for_a_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[str] = []

    def unknown(host: str) -> str:
        raise socket.gaierror(host)

    def refuse(url: str, **_: object) -> None:
        asked.append(url)
        raise requests.exceptions.ConnectionError(url)

    monkeypatch.setattr(socket, "gethostbyname", unknown)
    monkeypatch.setattr(requests, "get", refuse)
    monkeypatch.setattr(requests, "post", refuse)
    server = Server(overpass_url="http://nowhere.invalid/api", cache_folder=tmp_path)
    with pytest.raises(SourceError, match="cannot be reached"):
        from_overpass(AREA, server=server)
    assert asked == ["http://nowhere.invalid/api/interpreter"]


def test_settings_and_resolver_are_put_back(recorder: Recorder, tmp_path: Path) -> None:
    before = {name: getattr(osmnx.settings, name) for name in SETTINGS}
    resolver = socket.getaddrinfo
    _roads(recorder, tmp_path)
    recorder.answers = [(400, {}, b"")]
    with pytest.raises(SourceError):
        _roads(recorder, tmp_path / "other")
    assert {name: getattr(osmnx.settings, name) for name in SETTINGS} == before
    assert socket.getaddrinfo is resolver


@pytest.mark.parametrize("area", [box(0, 0, 200, 10), 7, "", " ", box(0, 0, 1, 1).buffer(-1)])
def test_an_area_that_is_none_is_refused_before_any_request(
    recorder: Recorder, tmp_path: Path, area: object
) -> None:
    with pytest.raises(ArgumentError, match="valid polygon"):
        from_overpass(area, server=_server(recorder, tmp_path))  # type: ignore[arg-type]
    assert recorder.asked == []


@pytest.mark.network
@pytest.mark.skipif(os.environ.get("YRDGEO_NETWORK") != "1", reason="asks the internet")
def test_the_public_server_answers(tmp_path: Path) -> None:
    pier = box(121.486, 31.235, 121.494, 31.242)
    network = from_overpass(pier, server=Server(cache_folder=tmp_path))
    assert len(network.links) > 10
