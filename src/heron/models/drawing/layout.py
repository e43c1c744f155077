"""Boxes in layers: where each stands so that edges are short, straight and seldom cross.

The method of K. Sugiyama, S. Tagawa and M. Toda, "Methods for visual understanding of hierarchical system structures"
(1981): ranks by the longest path, dummies where an edge passes a rank, an order in each rank by the barycentres of the
neighbours, then places along the ranks that come as near to the neighbours as the widths allow.

The flow goes along v, ranks lie along u; whoever draws turns these into x and y.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

RANK_GAP, GAP, LANE_GAP = 32.0, 30.0, 16.0
_SWEEPS = 13  # odd: the last one goes down, which leaves chains straight
_CORNER = 16.0  # how far from its corners an edge may meet a box
_LANE = 2.0  # the width of an edge that passes a rank
_BOX_TO_BOX, _BOX_TO_LANE, _LANE_TO_LANE = 4.0, 0.001, 8.0  # how much an edge wants to be straight

Point = tuple[float, float]


class Link(NamedTuple):
    """An edge; `leaves` and `enters` are where it meets its boxes, from their middle, or None for the nearest place."""

    source: int
    target: int
    leaves: float | None = None
    enters: float | None = None


@dataclass
class Layout:
    """Where everything is.

    Attributes:
        middles: the middle of each box, `(u, v)`.
        paths: for each edge the points through which it goes, from box to box.
        size: how long the whole is along u and v.
    """

    middles: list[Point] = field(default_factory=list)
    paths: list[list[Point]] = field(default_factory=list)
    size: Point = (0.0, 0.0)


def arrange(sizes: Sequence[Point], links: Sequence[Link], first: Sequence[int] = ()) -> Layout:
    """Places boxes.

    Args:
        sizes: of each box along u and v.
        links: the edges; they make no circle.
        first: boxes that must stand in the first rank.

    Example:
    >>> layout = arrange([(100, 20), (100, 20)], [Link(0, 1)])
    >>> layout.middles, layout.size
    ([(50.0, 10.0), (50.0, 62.0)], (100.0, 72.0))
    """
    if not sizes:
        return Layout()
    ranks = _ranks(len(sizes), links, first)
    graph = _with_lanes(sizes, links, ranks)
    order = _ordered(graph)
    places = _places(graph, order)
    return _drawn(graph, order, places, sizes, links)


def stacked(sizes: Sequence[Point]) -> Layout:
    """Boxes one after the other, without edges."""
    width = max((u for u, _ in sizes), default=0.0)
    middles, v = [], 0.0
    for _, height in sizes:
        middles.append((width / 2, v + height / 2))
        v += height + RANK_GAP / 3
    return Layout(middles, [], (width, max(v - RANK_GAP / 3, 0.0)))


@dataclass
class _Graph:
    """Boxes, and after them the lanes: dummies for edges that pass a rank. Every edge goes to the next rank."""

    widths: list[float]
    ranks: list[int]
    above: list[list[int]]
    below: list[list[int]]
    chains: list[list[int]]  # for each link the nodes from its source to its target
    boxes: int
    shifts: dict[tuple[int, int], float]  # how far, on a straight edge, the middles of two nodes are apart


def _ranks(count: int, links: Sequence[Link], first: Sequence[int]) -> list[int]:
    targets: list[list[int]] = [[] for _ in range(count)]
    waiting = [0] * count
    for link in links:
        targets[link.source].append(link.target)
        waiting[link.target] += 1
    sources = [node for node in range(count) if not waiting[node]]
    ranks, ready = [0] * count, list(sources)
    while ready:
        node = ready.pop()
        for target in targets[node]:
            ranks[target] = max(ranks[target], ranks[node] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    for node in set(sources) - set(first):  # an input stands just above what takes it
        if targets[node]:
            ranks[node] = min(ranks[target] for target in targets[node]) - 1
    return ranks


def _with_lanes(sizes: Sequence[Point], links: Sequence[Link], ranks: Sequence[int]) -> _Graph:
    graph = _Graph([u for u, _ in sizes], list(ranks), [[] for _ in sizes], [[] for _ in sizes], [], len(sizes), {})
    lanes: dict[tuple[int, float | None, int], int] = {}
    for link in links:
        chain = [link.source]
        for rank in range(ranks[link.source] + 1, ranks[link.target]):
            key = (link.source, link.leaves, rank)  # what leaves a box for several others goes in one lane
            if key not in lanes:
                lanes[key] = len(graph.widths)
                graph.widths.append(_LANE)
                graph.ranks.append(rank)
                graph.above.append([])
                graph.below.append([])
            chain.append(lanes[key])
        chain.append(link.target)
        for upper, lower in pairwise(chain):
            if lower == link.target or (upper, lower) not in graph.shifts:
                graph.below[upper].append(lower)
                graph.above[lower].append(upper)
            shift = (link.leaves or 0.0) if upper == link.source else 0.0
            shift -= (link.enters or 0.0) if lower == link.target else 0.0
            graph.shifts[upper, lower] = shift
        graph.chains.append(chain)
    return graph


def _ordered(graph: _Graph) -> list[list[int]]:
    """The nodes of each rank from left to right, with as few crossings as sweeps by barycentres find."""
    order: list[list[int]] = [[] for _ in range(max(graph.ranks) + 1)]
    for node in _by_depth_first(graph):
        order[graph.ranks[node]].append(node)
    best, fewest = [list(rank) for rank in order], _crossings(graph, order)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        down = sweep % 2 == 0
        for rank in order if down else reversed(order):
            _sort(rank, graph.above if down else graph.below, order, graph)
        if (now := _crossings(graph, order)) < fewest:
            best, fewest = [list(rank) for rank in order], now
    return best


def _by_depth_first(graph: _Graph) -> list[int]:
    """Every node, each followed by what it leads to: branches begin side by side."""
    seen: dict[int, None] = {}
    stack = [node for node in reversed(range(len(graph.widths))) if not graph.above[node]]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen[node] = None
            stack.extend(reversed(graph.below[node]))
    return list(seen)


def _sort(rank: list[int], neighbours: list[list[int]], order: list[list[int]], graph: _Graph) -> None:
    place = {node: number for other in order for number, node in enumerate(other)}
    now = {node: number for number, node in enumerate(rank)}

    def barycentre(node: int) -> float:
        near = neighbours[node]
        return sum(place[other] for other in near) / len(near) if near else now[node]

    rank.sort(key=barycentre)


def _crossings(graph: _Graph, order: Sequence[Sequence[int]]) -> int:
    total = 0
    for upper, lower in pairwise(order):
        place = {node: number for number, node in enumerate(lower)}
        ends = [place[target] for node in upper for target in sorted(graph.below[node], key=place.__getitem__)]
        total += sum(a > b for number, a in enumerate(ends) for b in ends[number + 1 :])
    return total


def _places(graph: _Graph, order: Sequence[Sequence[int]]) -> list[float]:
    """The middle of each node along u."""
    places = [0.0] * len(graph.widths)
    for rank in order:
        for node, place in zip(rank, _apart([0.0] * len(rank), [1.0] * len(rank), _gaps(graph, rank)), strict=True):
            places[node] = place
    for sweep in range(_SWEEPS):
        upward = sweep % 2 == 1
        for rank in reversed(order) if upward else order:
            wanted, weights = [], []
            for node in rank:
                near = _pulls(graph, node, places, upward)
                weight = sum(one for _, one in near)
                wanted.append(sum(place * one for place, one in near) / weight if near else places[node])
                weights.append(weight or 0.01)
            for node, place in zip(rank, _apart(wanted, weights, _gaps(graph, rank)), strict=True):
                places[node] = place
    left = min(place - width / 2 for place, width in zip(places, graph.widths, strict=True))
    return [place - left for place in places]


def _pulls(graph: _Graph, node: int, places: Sequence[float], upward: bool) -> list[tuple[float, float]]:
    """Where the neighbours in the rank that was placed before would have a node, and how strongly."""
    if upward:
        return [(places[one] - graph.shifts[node, one], _weight(graph, node, one)) for one in graph.below[node]]
    return [(places[one] + graph.shifts[one, node], _weight(graph, one, node)) for one in graph.above[node]]


def _weight(graph: _Graph, upper: int, lower: int) -> float:
    lanes = (upper >= graph.boxes) + (lower >= graph.boxes)
    return (_BOX_TO_BOX, _BOX_TO_LANE, _LANE_TO_LANE)[lanes]


def _gaps(graph: _Graph, rank: Sequence[int]) -> list[float]:
    """How far the middles of neighbours in a rank must be apart at least."""
    return [
        (graph.widths[a] + graph.widths[b]) / 2 + (GAP if a < graph.boxes and b < graph.boxes else LANE_GAP)
        for a, b in pairwise(rank)
    ]


def _apart(wanted: Sequence[float], weights: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """Places as near to those wanted as distances of `gaps` allow, in the sense of weighted squares.

    Without the gaps this asks for the nearest row that never falls, which pooling neighbours that violate the order
    finds (isotonic regression, M. Ayer and others, 1955).

    >>> _apart([0.0, 0.0], [1.0, 1.0], [10.0])
    [-5.0, 5.0]
    """
    before = [0.0]
    for gap in gaps:
        before.append(before[-1] + gap)
    blocks: list[list[float]] = []  # mean, weight, length
    for place, weight, offset in zip(wanted, weights, before, strict=True):
        blocks.append([place - offset, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, heavy, length = blocks.pop()
            last = blocks[-1]
            last[0] = (last[0] * last[1] + mean * heavy) / (last[1] + heavy)
            last[1] += heavy
            last[2] += length
    means = [mean for mean, _, length in blocks for _ in range(int(length))]
    return [mean + offset for mean, offset in zip(means, before, strict=True)]


def _drawn(
    graph: _Graph,
    order: Sequence[Sequence[int]],
    places: Sequence[float],
    sizes: Sequence[Point],
    links: Sequence[Link],
) -> Layout:
    tops, v = [], 0.0
    heights = [max((sizes[node][1] for node in rank if node < graph.boxes), default=0.0) for rank in order]
    for height in heights:
        tops.append(v)
        v += height + RANK_GAP
    middles = [(places[node], tops[graph.ranks[node]] + heights[graph.ranks[node]] / 2) for node in range(len(sizes))]
    leaving = _meetings(graph, links, places, at_source=True)
    entering = _meetings(graph, links, places, at_source=False)
    paths = []
    for number, chain in enumerate(graph.chains):
        source, target = chain[0], chain[-1]
        path = [(leaving[number], middles[source][1] + sizes[source][1] / 2)]
        path.append((leaving[number], tops[graph.ranks[source]] + heights[graph.ranks[source]]))
        for lane in chain[1:-1]:
            top = tops[graph.ranks[lane]]
            path += [(places[lane], top), (places[lane], top + heights[graph.ranks[lane]])]
        path.append((entering[number], tops[graph.ranks[target]]))
        path.append((entering[number], middles[target][1] - sizes[target][1] / 2))
        paths.append(path)
    width = max(place + size / 2 for place, size in zip(places, graph.widths, strict=True))
    return Layout(middles, paths, (width, v - RANK_GAP))


def _meetings(graph: _Graph, links: Sequence[Link], places: Sequence[float], at_source: bool) -> list[float]:
    """Where along u each edge leaves or enters its box: straight where it can, and no two enter in one place."""
    found = [_meeting(graph, link, chain, places, at_source) for link, chain in zip(links, graph.chains, strict=True)]
    by_box: dict[int, list[int]] = {}
    for number, link in enumerate(links):
        if (link.leaves if at_source else link.enters) is None:
            by_box.setdefault(link.source if at_source else link.target, []).append(number)
    for box, numbers in by_box.items():
        if at_source or len(numbers) == 1:
            continue
        numbers.sort(key=lambda number: (found[number], places[graph.chains[number][-2]]))
        reach = _reach(graph, box)
        gap = min(_CORNER, 2 * reach / (len(numbers) - 1))
        apart = _apart([found[number] for number in numbers], [1.0] * len(numbers), [gap] * (len(numbers) - 1))
        over = max(apart[-1] - places[box] - reach, 0.0) + min(apart[0] - places[box] + reach, 0.0)
        for number, place in zip(numbers, apart, strict=True):
            found[number] = place - over
    return found


def _meeting(graph: _Graph, link: Link, chain: Sequence[int], places: Sequence[float], at_source: bool) -> float:
    """Where one edge meets its box: where that of the other end can be straight below or above, else nearest to it."""
    here, there = (chain[0], chain[1]) if at_source else (chain[-1], chain[-2])
    mine, other = (link.leaves, link.enters) if at_source else (link.enters, link.leaves)
    if mine is not None:
        return places[here] + mine
    low, high = places[here] - _reach(graph, here), places[here] + _reach(graph, here)
    if there >= graph.boxes:
        return min(max(places[there], low), high)
    if other is not None:
        return min(max(places[there] + other, low), high)
    near, far = max(low, places[there] - _reach(graph, there)), min(high, places[there] + _reach(graph, there))
    if near <= far:
        return min(max((places[here] + places[there]) / 2, near), far)
    return low if places[there] < places[here] else high


def _reach(graph: _Graph, node: int) -> float:
    """How far from the middle of a box edges may meet it."""
    return max(graph.widths[node] / 2 - _CORNER, 0.0)
