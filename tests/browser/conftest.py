"""A real Chromium, and pages that remember what they asked for and complained of."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from needs import need
from playwright.sync_api import Browser, sync_playwright

from browser.visits import Open, Visit
from yrdgeo.publish.atlas import write_atlas
from yrdgeo.results import Run

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
DESK = (1366, 768)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium once."""
    found = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    need(found is not None, "no Chromium is installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Open]:
    """Return a function that opens a file at a size and waits until it is ready."""
    with visiting(browser) as go:
        yield go


@pytest.fixture(scope="module")
def delta_desk(browser: Browser, delta_page: Path) -> Iterator[Visit]:
    """Return the shipped study, open once: for tests that set every choice they look at."""
    with visiting(browser) as go:
        yield go(delta_page)


@contextmanager
def visiting(browser: Browser) -> Iterator[Open]:
    """Give a function that opens pages, and close them in the end."""
    contexts = []

    def go(
        path: Path, *, size: tuple[int, int] = DESK, fragment: str = "", **options: str
    ) -> Visit:
        width, height = size
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.set_default_timeout(30_000)
        context.add_init_script("window.ran = []; window.__x = (id) => window.ran.push(id);")
        opened = Visit(context.new_page())
        page = opened.page
        page.on("request", lambda request: opened.requests.append(request.url))
        page.on("console", lambda message: opened.messages.append(message.text))
        page.on("pageerror", lambda error: opened.messages.append(str(error)))
        page.on("dialog", lambda dialog: (opened.messages.append("dialog"), dialog.dismiss()))
        page.goto(path.as_uri() + fragment)
        page.wait_for_selector("body[data-ready]")
        return opened

    yield go
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def sample_page(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the atlas of the made-up run."""
    return write_atlas(run, tmp_path_factory.mktemp("sample") / "atlas.html")


@pytest.fixture(scope="session")
def delta_page(delta: Run) -> Path:
    """Return the atlas of the shipped study."""
    assert delta.out is not None
    return delta.out / "atlas.html"
