"""A page of literal parts; promise: no text of ours is ever read as a template, no id is random.

branca renders what its own elements rendered through Jinja a second time. A :class:`Literal`
returns its text as it is, and a :class:`Page` joins its parts without a template.
"""

import itertools
import tomllib
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from html import escape
from pathlib import Path

from branca.element import Element, Figure

from yrdgeo.errors import SourceError
from yrdgeo.provenance import check_hash

ASSETS = Path(__file__).parent / "assets"


class Literal(Element):
    """Markup that is written as it is."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._name = "Literal"
        self.text = text

    def render(self, **_: object) -> str:
        """Return the markup."""
        return self.text


class Script(Literal):
    """A script or a block of data, known to the page's security policy."""

    def __init__(self, text: str, *, data: str = "") -> None:
        attributes = f' type="application/json" id="{data}"' if data else ""
        super().__init__(f"<script{attributes}>{text}</script>")
        self.hash = "" if data else source_hash(text)


class Style(Literal):
    """A style sheet, known to the page's security policy."""

    def __init__(self, text: str) -> None:
        super().__init__(f"<style>{text}</style>")
        self.hash = source_hash(text)


class Page(Figure):
    """The root of a map: a whole HTML document.

    Parameters
    ----------
    title
        Shown until the page's script knows better.
    language
        Of the document as it is written.
    closed
        Whether the page carries a policy that lets nothing run or load but what is in it. A page
        that analysts add layers to is left open; its own parts are as safe.
    """

    def __init__(self, *, title: str, language: str, closed: bool) -> None:
        super().__init__(title=title, height="620px")
        self.language = language
        self.closed = closed
        self.hosts: tuple[str, ...] = ()  # that images may come from, besides the page itself

    def render(self, **kwargs: object) -> str:
        """Return the document: the same bytes for the same parts."""
        renumber(self)
        for child in children(self):
            child.render(**kwargs)
        parts = children(self.header)
        own = [part for part in parts if isinstance(part, Literal)]
        other = [part for part in parts if not isinstance(part, Literal)]
        foreign = [] if self.closed else [part.render(**kwargs) for part in other]
        body = "\n".join(part.render(**kwargs) for part in children(self.html))
        script = Script("\n".join(part.render(**kwargs) for part in children(self.script)))
        head = [
            '<meta charset="utf-8">',
            *([policy([*own, script], hosts=self.hosts)] if self.closed else []),
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<link rel="icon" href="data:,">',
            f"<title>{escape(self.title or '')}</title>",
            *foreign,
            *(part.text for part in own),
        ]
        return (
            f'<!DOCTYPE html>\n<html lang="{self.language}">\n<head>\n'
            + "\n".join(head)
            + f"\n</head>\n<body>\n{body}\n{script.text}\n</body>\n</html>\n"
        )


def policy(parts: list[Literal], *, hosts: Sequence[str] = ()) -> str:
    """Return the policy that lets the given scripts and styles run, by hash, and nothing load.

    Parameters
    ----------
    hosts
        Origins that images may come from; none by default.
    """
    hashes = {
        kind: " ".join(
            dict.fromkeys(part.hash for part in parts if isinstance(part, kind) and part.hash)
        )
        for kind in (Script, Style)
    }
    content = (
        f"default-src 'none'; script-src {hashes[Script]}; style-src {hashes[Style]}; "
        f"img-src {' '.join(['data:', 'blob:', *hosts])}; base-uri 'none'; form-action 'none'"
    )
    return f'<meta http-equiv="Content-Security-Policy" content="{content}">'


def source_hash(text: str) -> str:
    """Return the hash of an inline script or style as a policy names it.

    >>> source_hash("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    return f"'sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode()}'"


def renumber(root: Element) -> None:
    """Give the elements below the root numbers, in order, in the place of branca's random ids."""
    numbers = itertools.count()
    waiting = children(root)
    while waiting:
        element = waiting.pop(0)
        element._id = f"{next(numbers):04d}"  # noqa: SLF001 — branca has no public way
        waiting = [*children(element), *waiting]


def children(element: Element) -> list[Element]:
    """Return what was added to an element, in order."""
    return list(element._children.values())  # noqa: SLF001 — branca has no public way


def asset(name: str) -> str:
    """Return one of the page's files as text; a file of others is checked against its hash.

    Raises
    ------
    SourceError
        If the file is absent or not the one that was vendored.
    """
    return asset_path(name).read_text(encoding="utf-8")


def asset_path(name: str) -> Path:
    """Return the checked path of one of the page's files."""
    path = ASSETS / name
    if not path.is_file():
        raise SourceError(f"The page's file {name} is not there.", fix="Reinstall yrdgeo.")
    row = credits_of(name)
    return check_hash(path, row["sha256"]) if row else path


def credits_of(name: str) -> dict[str, str]:
    """Return the source row of a file of others, empty for our own."""
    with (ASSETS / "ASSETS.toml").open("rb") as stream:
        rows: dict[str, dict[str, str]] = tomllib.load(stream)
    return rows.get(name, {})
