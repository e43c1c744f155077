"""The page of a description in a real browser: it asks for nothing, fits a phone, sorts and searches its table."""

from __future__ import annotations

import os
import shutil

import numpy as np
import pytest
from playwright.sync_api import sync_playwright

import heron

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(scope="module")
def browser():
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        missing = "There is no Chromium. On Debian: apt-get install chromium (.ci/run does so)."
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def page_of(browser, tmp_path_factory):
    """Opens the page of data at a width; its `noise` holds messages of the console, errors and requests."""
    folder = tmp_path_factory.mktemp("pages")

    def open_page(name, width, *data, **kwargs):
        file = folder / f"{name}.html"
        if not file.exists():
            heron.data.describe(*data, **kwargs).save(file)
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.noise = []
        page.on("console", lambda message: page.noise.append(message.text))
        page.on("pageerror", lambda error: page.noise.append(str(error)))
        page.on("request", lambda request: page.noise.append(request.url))
        page.goto(file.as_uri())
        page.noise = [line for line in page.noise if not line.startswith(("file:", "data:"))]
        return page

    return open_page


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    draw = np.random.default_rng(0)
    rows = [f"{a:.1f},{c},<b>{i}</b>,{b:.2f},{'yes' if b > 0 else 'no'}" for i, (a, b, c) in enumerate(
        zip(draw.normal(100, 30, 80), draw.normal(size=80), draw.choice(["Rome", "Oslo", "Paris"], 80), strict=True)
    )]  # fmt: skip
    path = tmp_path_factory.mktemp("table") / "houses.csv"
    path.write_text("area,city,<img src=x onerror=alert(1)>,gain,sold\n" + "\n".join(rows))
    return str(path)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_page_asks_for_nothing_and_fits_its_window(page_of, table, width):
    page = page_of("table", width, table, target="sold")
    assert page.noise == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").inner_text() == "houses.csv"
    assert page.locator("img[src=x]").count() == 0, "what stands in data is text"
    boxes = page.locator("main > section").evaluate_all("all => all.map(one => one.getBoundingClientRect().toJSON())")
    assert all(box["height"] > 20 and box["left"] >= 0 and box["right"] <= width for box in boxes)
    letters = page.locator("svg text").evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    assert min(letters) > 9, "numbers beside bars can be read"


def test_the_table_sorts_and_searches(page_of, table):
    page = page_of("table", 1280, table, target="sold")
    names = lambda: page.locator("#columns tbody tr:visible th").all_inner_texts()  # noqa: E731
    assert names()[:2] == ["area", "city"]
    assert page.locator("#shown").inner_text() == "5 of 5 columns"
    page.get_by_role("button", name="highest").click()
    assert names().index("gain") < names().index("area")
    page.get_by_role("button", name="highest").click()
    assert names().index("gain") > names().index("area")
    assert page.locator("#columns th[aria-sort=descending]").inner_text().startswith("highest")
    page.locator("#search").fill("CIT")
    assert names() == ["city"]
    assert page.locator("#shown").inner_text() == "1 of 5 columns"
    page.locator("#search").fill("")
    page.locator("#kind").select_option("category")
    assert "city" in names()
    assert "area" not in names()


def test_short_names_of_columns_stay_on_one_line_on_a_phone(page_of):
    page = page_of("numbers", 390, np.random.default_rng(0).normal(size=(40, 12)), np.arange(40) % 2)
    lines = """all => all.map(one => {
        const range = document.createRange();
        range.selectNodeContents(one);
        return new Set([...range.getClientRects()].map(box => box.top)).size;
    })"""
    assert set(page.locator("tbody th").evaluate_all(lines)) == {1}


@pytest.mark.parametrize("width", [1280, 390])
def test_pictures_are_shown(page_of, width):
    pictures = np.random.default_rng(0).integers(0, 255, (40, 16, 16), np.uint8)
    page = page_of("pictures", width, pictures, np.arange(40) % 2)
    assert page.noise == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    loaded = page.locator("img").evaluate_all("all => all.map(one => one.complete && one.naturalWidth)")
    assert len(loaded) >= 10
    assert set(loaded) == {16}


def test_a_dark_page_is_light_on_dark(browser, page_of, table, tmp_path):
    page = page_of("table", 1280, table, target="sold")
    page.emulate_media(color_scheme="dark")
    ink, ground = page.evaluate("(s => [s.color, s.backgroundColor])(getComputedStyle(document.body))")
    bright = lambda color: sum(map(float, color.strip("rgba()").split(",")[:3]))  # noqa: E731
    assert bright(ink) > bright(ground) + 300
