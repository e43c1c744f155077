"""Builds the documentation site: `python -m tools.docs [--lessons all|none|"NAME ..."] [--no-reference]`.

Pages are gathered in build/docs, Zensical makes a site of them, its links are followed, and only a site without a
broken one becomes `site/`.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from tools.docs import lessons, links, pages
from tools.docs.reference import Reference


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.docs", description="Builds the documentation site.")
    parser.add_argument("--lessons", default="all", help='which lessons run: all, none, or "line xor"')
    parser.add_argument("--no-reference", action="store_true", help="leaves the pages of the API away")
    parser.add_argument("--build", type=Path, default=pages.ROOT / "build" / "docs", help="where pages are gathered")
    parser.add_argument("--site", type=Path, default=pages.ROOT / "site", help="where the site goes")
    chosen = parser.parse_args(arguments)
    found = build(chosen.build.resolve(), lessons.chosen(chosen.lessons), not chosen.no_reference)
    for complaint in found:
        print(f"docs: {complaint}", file=sys.stderr)
    if found:
        print(f"docs: {len(found)} to mend; the site stays as it was", file=sys.stderr)
        return 1
    shutil.rmtree(chosen.site, ignore_errors=True)
    shutil.move(chosen.build.resolve() / "site", chosen.site)
    print(f"docs: {chosen.site}/index.html")
    return 0


def build(folder: Path, running: list[str], reference: bool) -> list[str]:
    """Builds the site into `folder`/site; what is wrong with it."""
    shutil.rmtree(folder, ignore_errors=True)
    stage, built = folder / "pages", folder / "site"
    stage.mkdir(parents=True)
    pages.copy(stage)
    lists = {"lessons": lessons.write(stage / "lessons", running), "reference": ["index.md"]}
    written = Reference().pages() if reference else {"index.md": "# Reference\n\nNot built this time.\n"}
    lists["reference"] = list(written)
    (stage / "reference").mkdir()
    for name, text in written.items():
        (stage / "reference" / name).write_text(text, encoding="utf-8")
    config = folder / "zensical.toml"
    config.write_text(pages.settings(stage, built, lists), encoding="utf-8")
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean", "--config-file", str(config)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode or not built.is_dir():
        return [f"zensical: {line}" for line in (done.stdout + done.stderr).splitlines() if line.strip()] or [
            "zensical failed"
        ]
    return list(links.complaints(built))


if __name__ == "__main__":
    sys.exit(main())
