"""``python -m yrdgeo`` is ``yrdgeo``."""

from yrdgeo.cli import main

main()
