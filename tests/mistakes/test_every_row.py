"""Each of the forty mistakes of the list has a test of its own in this folder."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parent
ROWS = range(1, 41)


def numbers_in(text: str) -> set[int]:
    """The rows that tests and cases name: `def test_6_...`, `def test_31_to_37_...`, `"9 too few units": (`."""
    found = {int(number) for number in re.findall(r"^def test_(\d+)_", text, re.MULTILINE)}
    return found | {int(number) for number in re.findall(r'^    "(\d+) [^"]+":', text, re.MULTILINE)}


def test_every_row_has_a_test():
    texts = [path.read_text(encoding="utf-8") for path in FOLDER.glob("test_*.py")]
    named = set().union(*map(numbers_in, texts))
    assert sorted(set(ROWS) - named) == []


def test_a_row_without_a_test_would_be_found():
    assert numbers_in('def test_6_flatten():\n    "7 no case": 1\nCASES = {\n    "9 units": (\n}\n') == {6, 7, 9}
    assert numbers_in("def helper_8_x():\n") == set()
