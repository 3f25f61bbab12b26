"""What is kept on disk for a network: the index, and the table of what its shortcuts stand for."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from yrdgeo.results import Network
from yrdgeo.routing.engine import prepare
from yrdgeo.routing.paths import path_links

WORDS = "is damaged or belongs to another network: it is made anew"


def line(kilometres: float) -> Network:
    """Return five nodes in a row; the tables are shuffled."""
    links = pd.DataFrame(
        {"link_id": list("wxyz"), "from_node": list("abcd"), "to_node": list("bcde"),
         "mode": "road", "length_km": [kilometres, 2.0, 3.0, 4.0], "speed_kmh": 60.0}
    )  # fmt: skip
    return Network(links.sample(frac=1, random_state=1), pd.DataFrame({"node_id": list("ecadb")}))


def asked(network: Network, folder: Path) -> list[str]:
    ready = prepare(network, engine="hierarchy", cache=folder, paths=True)
    return path_links(ready, "a", "e", engine="hierarchy")


def files(folder: Path) -> dict[str, Path]:
    found = {
        "paths" if path.stem.endswith("-paths") else "index": path for path in folder.iterdir()
    }
    assert sorted(found) == ["index", "paths"]
    return found


@pytest.mark.parametrize("which", ["index", "paths"])
@pytest.mark.parametrize("damage", ["lacking", "cut", "flipped", "empty", "foreign"])
def test_either_file_is_made_anew_if_it_is_not_the_one_that_was_written(
    which: str, damage: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    assert asked(line(1.0), here) == list("wxyz")
    asked(line(9.0), there)
    before = {name: path.read_bytes() for name, path in files(here).items()}
    path, content = files(here)[which], before[which]
    if damage == "lacking":
        path.unlink()
    else:
        flipped = content[:-3] + bytes([content[-3] ^ 1]) + content[-2:]
        path.write_bytes(
            {"cut": content[: len(content) // 2], "flipped": flipped, "empty": b"",
             "foreign": files(there)[which].read_bytes()}[damage]
        )  # fmt: skip
    caplog.clear()
    assert asked(line(1.0), here) == list("wxyz")
    assert {name: path.read_bytes() for name, path in files(here).items()} == before
    assert (WORDS in caplog.text) == (damage != "lacking")
    caplog.clear()
    asked(line(1.0), here)
    assert caplog.text == ""


def test_a_table_of_shortcuts_belongs_to_one_index(tmp_path: Path) -> None:
    # Other times make another index; other lengths the same one, with another table.
    asked(line(1.0), tmp_path)
    slower = line(1.0)
    slower.links["speed_kmh"] = np.where(slower.links["link_id"] == "w", 30.0, 60.0)
    slower.links["length_km"] = np.where(
        slower.links["link_id"] == "w", 0.5, slower.links["length_km"]
    )
    asked(slower, tmp_path)
    names = [path.stem for path in tmp_path.iterdir()]
    assert sum(name.endswith("-paths") for name in names) == 2
    assert len(names) == 3
