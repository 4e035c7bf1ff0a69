"""The text of charts and diagrams, which stands in parts of its own.

Of a chart its title and the titles of its axes are read: figures, categories and legends are looked at, not heard. Of a
diagram (SmartArt) the nodes are read as its outline has them, each before what hangs below it.

Source: ECMA-376 Part 1, 21.2.2 (`c:title`, `c:delete`), 21.4.3 (`dgm:pt`, `dgm:cxn`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from coursecrafter.domain.deck import BlockKind, TextBlock
from coursecrafter.ingest.characters import clean_line
from coursecrafter.ingest.package import find_all

MOST_NODES = 2_000
DEEPEST_LEVEL = 8
_AXES = "c:chart/c:plotArea/*[self::c:catAx or self::c:valAx or self::c:dateAx or self::c:serAx]"
_SHOWN = "[not(c:delete/@val='1' or c:delete/@val='true')]"
_NODES = "dgm:ptLst/dgm:pt[not(@type) or @type='node' or @type='asst']"


def chart_blocks(chart: etree._Element, text_of: Callable[[etree._Element], str]) -> Iterator[TextBlock]:
    """A chart's title, then those of its axes."""
    for title in find_all(chart, f"c:chart/c:title | {_AXES}{_SHOWN}/c:title"):
        text = clean_line(" ".join(text_of(paragraph) for paragraph in find_all(title, "c:tx/c:rich/a:p")))
        if text:
            yield TextBlock(BlockKind.PARAGRAPH, text)


def diagram_blocks(model: etree._Element, text_of: Callable[[etree._Element], str]) -> Iterator[TextBlock]:
    """A diagram's nodes in the order of its outline; those that hang nowhere stand at its end."""
    points = {point.get("modelId", ""): point for point in find_all(model, _NODES)[:MOST_NODES]}
    for identifier, level in _outline(model, points):
        for paragraph in find_all(points[identifier], "dgm:t/a:p"):
            text = text_of(paragraph)
            if text:
                yield TextBlock(BlockKind.PARAGRAPH, text, level)


def _outline(model: etree._Element, points: dict[str, etree._Element]) -> Iterator[tuple[str, int]]:
    """Ids of nodes with their level; a diagram whose connections go round in a ring comes to an end all the same."""
    below: dict[str, list[tuple[int, str]]] = {}
    for connection in find_all(model, "dgm:cxnLst/dgm:cxn[not(@type) or @type='parOf']"):
        order, child = _number(connection.get("srcOrd")), connection.get("destId", "")
        below.setdefault(connection.get("srcId", ""), []).append((order, child))
    roots = [point.get("modelId", "") for point in find_all(model, "dgm:ptLst/dgm:pt[@type='doc']")]
    seen: set[str] = set()
    for start, level in [*((root, -1) for root in roots), *((one, 0) for one in points)]:
        left = [(start, level)]
        while left:
            identifier, depth = left.pop()
            if identifier in seen:
                continue
            seen.add(identifier)
            if identifier in points:
                yield identifier, min(max(depth, 0), DEEPEST_LEVEL)
            children = sorted(below.get(identifier, ()), key=lambda one: one[0])
            left += [(child, depth + 1) for _, child in reversed(children)]


def _number(value: str | None) -> int:
    return int(value) if value and value.isdecimal() else 0
