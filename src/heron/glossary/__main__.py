"""`python -m heron.glossary docs/glossary.md` writes the page of the documentation."""

from __future__ import annotations

import sys
from pathlib import Path

from heron.glossary import markdown

if __name__ == "__main__":
    Path(sys.argv[1]).write_text(markdown(), encoding="utf-8")
