"""Static figures: what is drawn is what the atlas classes, whatever the text says."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from matplotlib.image import imread

from yrdgeo.errors import TableError
from yrdgeo.publish.figures import write_figures
from yrdgeo.publish.layers import layer_records
from yrdgeo.results import Run

LAYER = "gdp_per_capita"


def parsed(path: Path) -> ET.Element:
    return ET.parse(path).getroot()  # noqa: S314 — a file that was just written


@pytest.fixture(scope="module")
def paths(run: Run, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = write_figures(run, tmp_path_factory.mktemp("figures") / "new", language="en")
    return {path.name: path for path in made}


def test_every_layer_gradient_and_the_pairs_are_drawn_twice(
    run: Run, paths: dict[str, Path]
) -> None:
    stems = {name.rsplit(".", 1)[0] for name in paths}
    assert {name for name in stems if not name.startswith("gradient_")} == {
        *run.layers["layer_id"],
        "pairs",
    }
    assert len([name for name in stems if name.startswith("gradient_")]) == 3
    assert set(paths) == {f"{stem}.{end}" for stem in stems for end in ("png", "svg")}
    assert sorted(p.name for p in paths["pairs.svg"].parent.iterdir()) == sorted(paths)


def test_the_legend_says_classes_counts_gaps_and_unit(run: Run, paths: dict[str, Path]) -> None:
    record = layer_records(run, run.cities.sort_index().index, only=[LAYER])[0]
    classes = record["views"][f"{run.year}|"]["classes"]
    said = " ".join(parsed(paths[f"{LAYER}.svg"]).itertext())
    assert f"GDP per head, {run.year}" in said
    assert "yuan" in said
    assert "no data  (1)" in said
    assert "unverified  (1)" in said
    counts = [int(n) for n in re.findall(r"\((\d+)\)", said)][: len(record["colours"])]
    assert counts == [classes.count(str(k)) for k in reversed(range(len(record["colours"])))]


def test_every_class_has_its_colour_on_the_map(run: Run, paths: dict[str, Path]) -> None:
    record = layer_records(run, run.cities.sort_index().index, only=["population"])[0]
    drawn = (imread(paths["population.png"])[..., :3] * 255).round().astype(int)
    seen = {tuple(pixel) for pixel in drawn.reshape(-1, 3)}
    for colour in record["colours"]:
        assert tuple(bytes.fromhex(colour[1:])) in seen


def test_the_same_run_gives_the_same_bytes(run: Run, tmp_path: Path) -> None:
    made = [write_figures(run, tmp_path / name, layers=[LAYER]) for name in ("a", "b")]
    for first, second in zip(*made, strict=True):
        assert first.read_bytes() == second.read_bytes()


def test_hostile_text_is_drawn_as_text(hostile_run: Run, tmp_path: Path) -> None:
    made = write_figures(hostile_run, tmp_path, layers=[LAYER], language="en")
    root = parsed(made[1])
    assert not [node for node in root.iter() if node.tag.endswith(("script", "foreignObject"))]
    assert np.ptp(imread(made[0])) > 0


def test_a_dollar_is_a_dollar(run: Run, tmp_path: Path) -> None:
    layers = run.layers.assign(title_en="Cost $x^2$ and $")
    changed = type(run)(**{name: getattr(run, name) for name in run.__slots__} | {"layers": layers})
    made = write_figures(changed, tmp_path, layers=[LAYER], language="en")
    assert "Cost $x^2$ and $" in " ".join(parsed(made[1]).itertext())


def test_an_unknown_layer_is_refused(run: Run, tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no such layer"):
        write_figures(run, tmp_path, layers=["nothing"])
