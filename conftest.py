"""What the examples in docstrings may lean on: a folder of their own and a made-up run."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent / "tests"))  # the made-up run lives with the tests


@pytest.fixture(autouse=True)
def examples(request: pytest.FixtureRequest) -> None:
    """Give every docstring ``run`` (made up, small) and ``folder`` (empty, its own)."""
    if not isinstance(request.node, pytest.DoctestItem):
        return
    from sample_run import sample_run  # noqa: PLC0415 — only examples need it

    names: dict[str, object] = request.getfixturevalue("doctest_namespace")
    names["run"] = sample_run()
    names["folder"] = Path(request.getfixturevalue("tmp_path"))
