"""What facts mean for learning: findings in plain words, each with how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from heron.data import columns
from heron.data.description.column_findings import column_findings
from heron.data.description.facts import HINT, SERIOUS, SEVERITIES, WARNING, Facts, Finding, PartFacts, Repeats
from heron.data.description.measure import number_text
from heron.data.description.wording import count_text, in_part, listed, number, place_of, verb

_FEW_OF_A_CLASS = 10
_RARE, _UNEVEN = 10.0, 3.0


def findings(facts: Facts) -> list[Finding]:
    """All findings, the most serious first, and within a severity those in more rows first."""
    found = [finding for rule in _RULES for finding in rule(facts)]
    return sorted(found, key=lambda item: (SEVERITIES.index(item.severity), -item.count))


# Between rows


def _repeated(facts: Facts) -> Iterator[Finding]:
    for found in facts.repeats:
        if found.first == found.second:
            yield from _repeated_within(facts, found)
        else:
            yield from _leaked(facts, found)


def _leaked(facts: Facts, found: Repeats) -> Iterator[Finding]:
    where = f"{found.first} and {found.second}"
    examples = tuple((a, b) for a, b, exact in found.pairs if exact)[:6]
    if found.exact:
        text = (
            f"{facts.counted(found.exact)} of {place_of(found.second)} "
            f"{verb(found.exact)} also in {place_of(found.first)}: a model may know "
            f"{'it' if found.exact == 1 else 'them'} by heart, so its result there is better than on new data."
        )
        if found.usual:
            text += f" As many {facts.noun()} repeat anyway, this may be chance."
        mend = f"Take them out of {place_of(found.first)}, or divide the data anew, equal {facts.noun()} together."
        yield Finding(HINT if found.usual else SERIOUS, where, text, mend, found.exact, examples)
    if found.near:
        text = (
            f"{facts.counted(found.near)} of {place_of(found.second)} nearly "
            f"{'equals one' if found.near == 1 else 'equal some'} of {place_of(found.first)}: "
            "what is measured there is partly memory."
        )
        mend = "Look at the pairs. If they are the same thing twice, keep them in one part."
        pairs = tuple((a, b) for a, b, exact in found.pairs if not exact)[:6]
        yield Finding(WARNING, where, text, mend, found.near, pairs)


def _repeated_within(facts: Facts, found: Repeats) -> Iterator[Finding]:
    place = place_of(found.first)
    if found.contradictions:
        text = (
            f"{count_text(found.contradictions, 'group')} of equal {facts.noun()} in {place} "
            f"{'has' if found.contradictions == 1 else 'have'} different targets: nothing can tell them apart."
        )
        # Where few different rows exist, as in tables of categories, that is chance and no mistake.
        mend = "Look at their labels: some may be wrong. Or a column is lacking that makes the difference."
        yield Finding(HINT if found.usual else WARNING, found.first, text, mend, found.contradictions)
    examples = tuple((a, b) for a, b, exact in found.pairs if exact)[:6]
    if found.exact:
        text = f"{facts.counted(found.exact)} of {place} repeat{'s' * (found.exact == 1)} an earlier one."
        mend = (
            "If that is a mistake, drop them before the data are divided, or one may land in training and one in test."
        )
        yield Finding(HINT if found.usual else WARNING, found.first, text, mend, found.exact, examples)
    if found.near:
        text = f"{facts.counted(found.near)} of {place} nearly {'equals' if found.near == 1 else 'equal'} another."
        mend = "Look at the pairs: the same thing taken twice should not stand in training and in test."
        pairs = tuple((a, b) for a, b, exact in found.pairs if not exact)[:6]
        yield Finding(HINT, found.first, text, mend, found.near, pairs)


def _determined(facts: Facts) -> Iterator[Finding]:
    says = {
        "equals": "equals the target {target!r} in every row",
        "follows": "follows the target {target!r} almost exactly (correlation {score:.4f})",
        "tells": "alone tells the target {target!r} in {percent:.1f} % of the rows",
    }
    for found in facts.determined:
        said = says[found.how].format(target=facts.target, score=found.score, percent=100 * found.score)
        text = f"Column {found.column!r} {said}: it may hold the answer."
        mend = "Ask whether it is known before the answer is. If not, leave it out, or the model will fail in use."
        yield Finding(SERIOUS if found.how == "equals" else WARNING, found.column, text, mend)


def _shifted(facts: Facts) -> Iterator[Finding]:
    for shift in facts.shifts:
        text = (
            f"{shift.column!r} is distributed differently in {place_of(shift.second)} than in {place_of(shift.first)} "
            f"(distance {shift.distance:.2f} of at most 1)."
        )
        mend = "If the parts should be alike, divide at random: shuffle before a part is cut off."
        yield Finding(WARNING, shift.column, text, mend)


# Classes


def _classes(facts: Facts) -> Iterator[Finding]:
    for part in facts.parts:
        if part.classes:
            yield from _balance(facts, part, {name: n for name, n in part.classes.items() if n})
    first = facts.parts[0]
    for part in facts.parts[1:]:
        if first.classes is None or part.classes is None:
            continue
        unknown = [name for name, n in part.classes.items() if n and not first.classes.get(name)]
        if unknown:
            rows = sum(part.classes[name] for name in unknown)
            text = (
                f"{count_text(len(unknown), 'class', 'classes')} of {place_of(part.name)} "
                f"{'does' if len(unknown) == 1 else 'do'} not occur in {place_of(first.name)}: {listed(unknown)}. "
                "Nothing can be learned about what is never seen."
            )
            mend = "Divide each class between the parts, or check the spelling of the labels."
            yield Finding(SERIOUS, "classes", text, mend, rows, tuple(unknown[:10]))
        lacking = [name for name, n in first.classes.items() if n and not part.classes.get(name)]
        if lacking:
            place = place_of(part.name).capitalize()
            text = f"{place} has nothing of {listed(lacking)}: how well it is told stays unknown."
            mend = "Divide each class between the parts."
            yield Finding(WARNING, "classes", text, mend, 0, tuple(lacking[:10]))


def _balance(facts: Facts, part: PartFacts, counts: dict[str, int]) -> Iterator[Finding]:
    if len(counts) == 1:
        (name,) = counts
        text = f"All {facts.noun()}{in_part(part)} are of one class, {name!r}: there is nothing to tell apart."
        yield Finding(SERIOUS, "classes", text, "Add examples of the other classes, or check how the labels were read.")
        return
    most, least = max(counts, key=counts.__getitem__), min(counts, key=counts.__getitem__)
    ratio = counts[most] / counts[least]
    few = [name for name, n in counts.items() if n < _FEW_OF_A_CLASS]
    if few and part is facts.parts[0] and sum(counts.values()) >= 2 * _FEW_OF_A_CLASS:
        number_of = count_text(len(few), "class", "classes")
        text = f"{number_of} with fewer than {_FEW_OF_A_CLASS} {facts.noun()}{in_part(part)}: {listed(few)}."
        mend = "Collect more, or join rare classes into one."
        yield Finding(WARNING, "classes", text, mend, sum(counts[name] for name in few), tuple(few[:10]))
    if ratio >= _UNEVEN and part is facts.parts[0]:
        text = (
            f"The classes{in_part(part)} are uneven: {most!r} has {counts[most]:,} {facts.noun()}, {least!r} has "
            f"{counts[least]:,}, {ratio:.0f} times fewer. Always saying {most!r} is right in "
            f"{100 * counts[most] / sum(counts.values()):.0f} % of them."
        )
        mend = "Look at each class by itself, not at accuracy alone; give fit a class_weight."
        yield Finding(WARNING if ratio >= _RARE else HINT, "classes", text, mend)


# Pictures and texts


def _pictures(facts: Facts) -> Iterator[Finding]:
    for part in facts.parts:
        seen = part.pictures
        if seen is None:
            continue
        place = in_part(part)
        if seen.unreadable:
            count = len(seen.unreadable)
            name, why = seen.unreadable[0]
            text = f"{count_text(count, 'file')}{place} cannot be read: {name} ({why})" + (
                " and others." if count > 1 else "."
            )
            names = tuple(name for name, _ in seen.unreadable[:10])
            yield Finding(SERIOUS, "pictures", text, "Replace them or take them out.", count, names)
        if seen.not_finite:
            text = f"{count_text(seen.not_finite, 'picture')}{place} with missing (NaN) or infinite values."
            mend = "One makes the loss NaN: replace the values, or leave those pictures out."
            yield Finding(SERIOUS, "pictures", text, mend, seen.not_finite)
        if seen.blank:
            count = len(seen.blank)
            text = f"{count_text(count, 'picture')}{place} {'shows' if count == 1 else 'show'} a single colour."
            yield Finding(
                WARNING, "pictures", text, "Look at them; nothing can be seen in them.", count, seen.blank[:10]
            )
        if len(seen.sizes) > 1:
            shown = ", ".join(f"{size} ({n:,})" for size, n in seen.sizes[:4])
            text = (
                f"The pictures{place} have {len(seen.sizes)}{'+' * (len(seen.sizes) >= 12)} different sizes: {shown}."
            )
            yield Finding(
                HINT, "pictures", text, "A batch needs one size: resize them as they are read (image_size=...)."
            )
        if len(seen.channels) > 1:
            kinds = {1: "grey", 3: "colour", 4: "with transparency"}
            shown = ", ".join(f"{n:,} {kinds.get(c, c)}" for c, n in seen.channels)
            text = f"Not all pictures{place} have the same channels: {shown}."
            yield Finding(HINT, "pictures", text, "Read all in one way: color_mode='rgb' or 'grayscale'.")
    yield from _picture_range(facts)


def _picture_range(facts: Facts) -> Iterator[Finding]:
    first = facts.parts[0].pictures
    if first is None or first.maximum is None or first.minimum is None:
        return
    if first.minimum >= 0 and 1 < first.maximum <= 255:
        text = f"The values go from {number_text(first.minimum)} to {number_text(first.maximum)}."
        mend = "Divide by 255, so that they lie from 0 to 1: heron.layers.Rescaling(1 / 255) as the first layer."
        yield Finding(HINT, "pictures", text, mend)
    for part in facts.parts[1:]:
        other = part.pictures
        if other is None or not other.maximum or not first.maximum:
            continue
        sizes, others = {size for size, _ in first.sizes}, {size for size, _ in other.sizes}
        if len(sizes) == 1 and len(others) == 1 and sizes != others:
            here, there = place_of(part.name), place_of(facts.parts[0].name)
            text = f"The pictures of {here} are {others.pop()}, those of {there} {sizes.pop()}."
            yield Finding(SERIOUS, "pictures", text, "Resize them to one size: a model takes one.")
        if not 0.1 < other.maximum / first.maximum < 10:
            text = (
                f"The values of {place_of(part.name)} reach {number_text(other.maximum)}, those of "
                f"{place_of(facts.parts[0].name)} {number_text(first.maximum)}: was only one of them divided by 255?"
            )
            yield Finding(
                SERIOUS, "pictures", text, "Scale both in the same way, best by a Rescaling layer in the model."
            )


def _texts(facts: Facts) -> Iterator[Finding]:
    for column in facts.parts[0].columns:
        if column.kind == columns.TEXT and column.quantiles and facts.kind == "texts":
            usual, longest = column.quantiles[0.95], float(column.maximum or 0)
            text = (
                f"Half of the texts have at most {number_text(column.quantiles[0.5])} words, 95 % at most "
                f"{number_text(usual)}, the longest has {number_text(longest)}."
            )
            layer = f"heron.layers.TextVectorization(output_sequence_length={max(1, round(usual))})"
            mend = f"Cut or pad them to one length: {layer}."
            yield Finding(HINT, column.name, text, mend)
        if column.kind == columns.SEQUENCE and column.quantiles and column.minimum != column.maximum:
            text = f"The sequences of {column.name!r} have {number(column.minimum)} to {number(column.maximum)} steps."
            mend = (
                f"Pad them to one length: heron.utils.pad_sequences(x, maxlen={max(1, round(column.quantiles[0.95]))})."
            )
            yield Finding(HINT, column.name, text, mend)


def _few(facts: Facts) -> Iterator[Finding]:
    rows = facts.parts[0].rows
    if rows is not None and rows < 50:
        text = f"{facts.counted(rows)} {verb(rows)} few: what holds for so little may be chance."
        yield Finding(HINT, facts.parts[0].name, text, "Collect more, or try a simple model first.")


_RULES: tuple[Callable[[Facts], Iterator[Finding]], ...] = (
    _repeated,
    _determined,
    _classes,
    _pictures,
    column_findings,
    _shifted,
    _texts,
    _few,
)
