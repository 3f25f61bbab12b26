"""The atlas: a run as one page that opens anywhere; promise: same run, same bytes, no request."""

from pathlib import Path

from yrdgeo.provenance import whole_file
from yrdgeo.publish.foliummap import map_page
from yrdgeo.publish.payload import payload
from yrdgeo.results import Run


def write_atlas(run: Run, path: Path) -> Path:
    """Write a run as one self-contained page, whole or not at all.

    Parameters
    ----------
    run
        From :func:`yrdgeo.run_study`. ``run.options`` may give ``languages`` (the first one is
        shown first) and ``map_approval``; an approval number that is not given is not printed.
    path
        The file, usually ``atlas.html``.

    Returns
    -------
    path
        The same path.

    Examples
    --------
    >>> page = write_atlas(run, folder / "atlas.html")
    >>> "default-src 'none'" in page.read_text(encoding="utf-8")
    True
    """
    page = map_page(run, payload(run)).get_root()
    with whole_file(path) as draft:
        draft.write_text(page.render(), encoding="utf-8", newline="\n")
    return path
