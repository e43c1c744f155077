"""A description as one HTML page: it asks for nothing from elsewhere, and no text of the data can act in it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from importlib import resources

from heron.data.description.charts import class_bars, escaped, shares_bar, spark
from heron.data.description.examples import Examples
from heron.data.description.facts import ColumnFacts, Facts, Repeats, Thumbnail
from heron.data.description.measure import number_text
from heron.data.description.words import cells, picture_lines, printable, summary

_SORTED = (
    ("column", ""),
    ("kind", ""),
    ("missing", "n"),
    ("distinct", "n"),
    ("lowest", "n"),
    ("median", "n"),
    ("highest", "n"),
    ("mean", "n"),
    ("std", "n"),
)
_TINY = 48


def page(facts: Facts, examples: Examples) -> str:
    """The page.

    Its policy lets the browser run the one script below and load nothing: were a name of the data to become a
    script by a mistake of ours, it would not run.
    """
    style, script = (resources.files(__package__).joinpath(name).read_text("utf-8") for name in ("page.css", "page.js"))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    body = "\n".join(
        part
        for section in (_head, _findings, _classes, _pictures, _pairs, _columns)
        for part in section(facts, examples)
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<link rel="icon" href="data:,">\n<title>{escaped(printable(facts.name, 80))} – described by heron</title>\n'
        f"<style>\n{style}</style>\n</head>\n<body>\n{body}\n"
        "<footer><p>Made by <code>heron describe</code>. This page is complete in itself.</p></footer>\n</main>\n"
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


def _head(facts: Facts, examples: Examples) -> Iterator[str]:
    yield f"<header><h1>{escaped(printable(facts.name, 200))}</h1>"
    yield f'<p class="soft">{escaped(summary(facts))}</p>'
    for line in (*picture_lines(facts), *facts.notes):
        yield f'<p class="soft">{escaped(line)}</p>'
    yield '<ul class="tiles">'
    for part in facts.parts:
        name = facts.noun() if part.name == "data" else f"{facts.noun()}, {part.name}"
        rows = f"{part.rows:,}" if part.rows is not None else f"{part.looked_at:,} +"
        yield _tile(rows, name)
    first = facts.parts[0]
    if facts.columns_total and facts.kind != "texts":
        yield _tile(f"{facts.columns_total:,}", "columns" if facts.kind == "table" else "channels")
    if first.classes:
        yield _tile(f"{len(first.classes):,}", "classes")
    holes = sum(column.missing for column in first.columns)
    if facts.kind in ("table", "texts"):
        yield _tile(f"{holes:,}", "missing values")
    same = [found for found in facts.repeats if found.first == found.second]
    yield _tile(_repeats(same), f"repeated {facts.noun()}")
    if len(facts.parts) > 1:
        yield _tile(_repeats([found for found in facts.repeats if found.first != found.second]), "equal in two parts")
    yield "</ul></header>\n<main>"


def _repeats(found: Sequence[Repeats]) -> str:
    exact, near = sum(one.exact for one in found), sum(one.near for one in found)
    return f"{exact:,}" + (f" + {near:,} nearly" if near else "")


def _tile(value: str, name: str) -> str:
    return f"<li><b>{escaped(value)}</b><span>{escaped(name)}</span></li>"


def _findings(facts: Facts, examples: Examples) -> Iterator[str]:
    yield '<section aria-labelledby="findings"><h2 id="findings">Findings</h2>'
    if not facts.findings:
        yield "<p>Nothing to complain about.</p></section>"
        return
    yield '<ul class="findings">'
    for finding in facts.findings:
        yield (
            f'<li class="{finding.severity}"><span class="badge">{finding.severity}</span>'
            f'<div><p>{escaped(finding.text)}</p><p class="soft">{escaped(finding.mend)}</p></div></li>'
        )
    yield "</ul></section>"


def _key(facts: Facts) -> str:
    if len(facts.parts) < 2:
        return ""
    names = [f'<li><i class="p{min(i, 2)}"></i>{escaped(part.name)}</li>' for i, part in enumerate(facts.parts)]
    return f'<ul class="key">{"".join(names)}</ul>'


def _classes(facts: Facts, examples: Examples) -> Iterator[str]:
    first = facts.parts[0]
    if not first.classes:
        return
    parts = [(part.name, part.classes) for part in facts.parts if part.classes is not None]
    yield f'<section aria-labelledby="classes"><h2 id="classes">Classes</h2>{_key(facts)}'
    yield class_bars(parts)
    if len(first.classes) > 40:
        yield f'<p class="soft">The first 40 of {len(first.classes):,} classes.</p>'
    yield "</section>"


def _pictures(facts: Facts, examples: Examples) -> Iterator[str]:
    seen = facts.parts[0].pictures
    if seen is None:
        return
    yield '<section aria-labelledby="pictures"><h2 id="pictures">Pictures</h2>'
    brightness = [part.pictures.brightness if part.pictures else None for part in facts.parts[:1]]
    if brightness[0] is not None:
        low, high = (number_text(round(edge, 2)) for edge in (brightness[0].edges[0], brightness[0].edges[-1]))
        yield f'<p class="soft">Brightness of a picture, from {low} to {high}</p>{spark(brightness, "brightness")}'
    for name, thumbs in examples.of_class.items():
        heading = f"<h3>{escaped(name)}</h3>" if name else "<h3>Some of them</h3>"
        items = "".join(f"<li>{_image(thumb, name)}</li>" for thumb in thumbs)
        yield f'<div class="class">{heading}<ul class="strip">{items}</ul></div>'
    if examples.blank:
        items = "".join(f"<li>{_image(thumb, 'of a single colour')}</li>" for thumb in examples.blank)
        yield f'<div class="class"><h3>Of a single colour</h3><ul class="strip">{items}</ul></div>'
    yield "</section>"


def _image(thumb: Thumbnail, what: str) -> str:
    data = base64.b64encode(thumb.png).decode("ascii")
    width, height = (int.from_bytes(thumb.png[at : at + 4], "big") for at in (16, 20))
    tiny = ' class="tiny"' if max(width, height) <= _TINY else ""
    alt = f"{what}, {thumb.caption}" if what else thumb.caption
    return (
        f'<img{tiny} src="data:image/png;base64,{data}" width="{width}" height="{height}" alt="{escaped(alt)}" '
        f'title="{escaped(thumb.caption)}">'
    )


def _pairs(facts: Facts, examples: Examples) -> Iterator[str]:
    if not examples.pairs:
        return
    yield '<section aria-labelledby="pairs"><h2 id="pairs">Equal and nearly equal pictures</h2><div class="pairs">'
    for pair in examples.pairs:
        how = "equal" if pair.exact else "nearly equal"
        yield (
            f"<figure><div>{_image(pair.first, how)}{_image(pair.second, how)}</div>"
            f"<figcaption>{escaped(pair.first.caption)} and {escaped(pair.second.caption)}: {how}</figcaption></figure>"
        )
    yield "</div></section>"


def _columns(facts: Facts, examples: Examples) -> Iterator[str]:
    first = facts.parts[0]
    if not first.columns or facts.kind == "pictures":
        return
    title = {"sequences": "Channels", "texts": "Texts"}.get(facts.kind, "Columns")
    kinds = sorted({column.kind for column in first.columns})
    options = "".join(f"<option>{escaped(kind)}</option>" for kind in kinds)
    yield f'<section aria-labelledby="table"><h2 id="table">{title}</h2>{_key(facts)}'
    yield (
        '<div class="tools"><label>Name contains<input id="search" type="search" autocomplete="off"></label>'
        f'<label>Kind<select id="kind"><option value="">all</option>{options}</select></label>'
        '<span id="shown" class="soft" role="status"></span></div>'
    )
    heads = "".join(
        f'<th scope="col" class="{side}"><button type="button">{name}</button></th>' for name, side in _SORTED
    )
    where = "" if first.name == "data" else f" Numbers are those of the {first.name} part."
    yield f'<div class="scroll"><table id="columns"><caption>A click on a heading sorts.{escaped(where)}</caption>'
    yield f'<thead><tr>{heads}<th scope="col"><span class="soft">distribution</span></th></tr></thead><tbody>'
    for column in first.columns:
        yield _row(facts, column)
    yield "</tbody></table></div></section>"


def _row(facts: Facts, column: ColumnFacts) -> str:
    _, kind, missing, distinct, *values = cells(column)
    numbers: Sequence[float | str | None] = (
        column.minimum,
        column.quantiles.get(0.5),
        column.maximum,
        column.mean,
        column.std,
    )
    share = f" ({100 * column.missing / max(1, column.rows):.1f} %)" if column.missing else ""
    out = [
        f'<tr data-kind="{escaped(column.kind)}"><th scope="row">{escaped(printable(column.name, 80))}</th>',
        f"<td>{escaped(kind)}</td>",
        f'<td class="n{" hole" if missing else ""}" data-value="{column.missing}">{missing}{share}</td>',
        f'<td class="n" data-value="{column.distinct}">{distinct}</td>',
    ]
    for shown, value in zip(values, numbers, strict=True):
        style = "n" if isinstance(value, float) or not shown else "words"
        data = "" if value is None else escaped(value)
        out.append(f'<td class="{style}" data-value="{data}">{escaped(shown)}</td>')
    return f"{''.join(out)}<td>{_chart(facts, column)}</td></tr>"


def _chart(facts: Facts, column: ColumnFacts) -> str:
    if column.histogram is None:
        return shares_bar(column.top, column.rows, column.name)
    others = [part.column(column.name, column.role) for part in facts.parts]
    return spark([other.histogram if other else None for other in others], column.name)
