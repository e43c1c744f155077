"""`heron describe`: files, folders, data sets, pages and JSON, and what is said about wrong things."""

from __future__ import annotations

import json
import re

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from typer.testing import CliRunner

from heron.cli.app import app

HOUSES = (
    "area,city,price\n"
    + "".join(f"{50 + i},{('Rome', 'Oslo')[i % 2]},{200 + 3 * i}\n" for i in range(20))
    + ",Rome,180\n"
)


@pytest.fixture
def describe(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "houses.csv").write_text(HOUSES)

    def describe(*arguments):
        done = CliRunner().invoke(app, ["describe", *arguments], terminal_width=200)
        return done.exit_code, re.sub(r"[\s│]+", " ", done.output)

    return describe


def test_without_data_the_data_sets_are_listed(describe):
    code, shown = describe()
    assert code == 0
    assert "fashion_mnist" in shown
    assert "auto_mpg" in shown


def test_a_table(describe):
    code, shown = describe("houses.csv", "--target", "price")
    assert code == 0
    assert "houses.csv 21 rows; 2 columns; target price" in shown
    assert re.search(r"area whole number 1 \d", shown)
    assert "Missing values in 1 column: 'area' 1" in shown


def test_json_holds_the_facts(describe):
    done = CliRunner().invoke(app, ["describe", "houses.csv", "--json"])
    facts = json.loads(done.stdout)
    columns = {column["name"]: column for column in facts["parts"][0]["columns"]}
    assert set(columns) == {"area", "city", "price"}
    assert columns["area"]["missing"] == 1
    assert facts["parts"][0]["rows"] == 21


def test_parquet_arrays_and_parts(describe, tmp_path):
    pq.write_table(pa.table({"n": [1, 2, 3], "kind": ["a", "b", "a"]}), tmp_path / "t.parquet")
    assert "3 rows; 2 columns" in describe("t.parquet")[1]
    np.savez(tmp_path / "x.npz", x=np.arange(12.0).reshape(6, 2), y=np.array([0, 1] * 3))
    assert "6 rows; 2 columns" in describe("x.npz")[1]
    (tmp_path / "test.csv").write_text(HOUSES)
    code, shown = describe("houses.csv", "--test", "test.csv", "--target", "price")
    assert code == 0
    assert re.search(r"21 rows of the test part .*training", shown)


def test_a_folder_of_pictures(describe, tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number in range(3):
            noise = np.random.default_rng(number + 7 * len(name) * (name == "cat")).integers(
                0, 255, (12, 12, 3), np.uint8
            )
            Image.fromarray(noise).save(tmp_path / "pets" / name / f"{number}.png")
    (tmp_path / "pets" / "dog" / "broken.png").write_bytes(b"no picture")
    code, shown = describe("pets", "--html", "pets.html")
    assert code == 0
    assert "7 pictures" in shown
    assert "broken.png" in shown
    assert "Written:" in shown
    page = (tmp_path / "pets.html").read_text("utf-8")
    assert page.count("data:image/png;base64,") >= 6
    assert not re.search(r"https?://", page.split("<body>")[1])


def test_what_steers_a_terminal_or_a_browser_does_neither(describe, tmp_path):
    (tmp_path / "bad.csv").write_text("a\x1b[31m,<script>alert(1)</script>\n1,2\n3,4\n")
    code, shown = describe("bad.csv", "--html", "bad.html")
    assert code == 0
    assert "\x1b" not in shown
    page = (tmp_path / "bad.html").read_text("utf-8")
    assert "<script>alert" not in page
    assert "\x1b" not in page


WRONG = {
    "no file": (["house.csv"], r"houses\.csv"),
    "no data set": (["fashion_mnst"], r"fashion_mnist"),
    "no column": (["houses.csv", "--target", "prize"], r"price"),
    "a kind": (["houses.csv", "--kind", "tables"], r"table"),
    "only an option": (["--json"], r"An option needs data"),
    "a page in no folder": (
        ["houses.csv", "--html", "no/where/page.html"],
        r"cannot be written to 'no/where/page\.html'",
    ),
    "an empty file": (["empty.csv"], r"empty"),
    "a sample of none": (["houses.csv", "--sample", "0"], r"greater than or equal to 1"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_things_are_told_in_one_message(describe, tmp_path, name):
    (tmp_path / "empty.csv").write_text("")
    arguments, text = WRONG[name]
    code, shown = describe(*arguments)
    assert code == 2
    assert re.search(text, shown)
    assert "Traceback" not in shown
