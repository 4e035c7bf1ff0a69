"""What the checks found, and what was made or reused, as a part of the output folder's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from coursecrafter.domain.look import Shape
from coursecrafter.domain.output import Finding, Severity
from coursecrafter.export.items import EngineFigures
from coursecrafter.export.markup import Html, element
from coursecrafter.export.quantities import count_in_words, duration_in_words

WORDS = {Severity.OK: "OK", Severity.WARNING: "Warning", Severity.ERROR: "Error"}
ENGINE_TITLES = {"e1": "Voice-over video", "e2": "Branded video", "e3": "Book", "e4": "E-learning module"}


def checks_section(figures: Sequence[EngineFigures]) -> Html:
    """A card per render: its time, what it made and reused, and every finding, the worst first."""
    findings = [finding for one in figures for finding in one.findings]
    counts = {severity: sum(finding.severity is severity for finding in findings) for severity in Severity}
    summary = [count_in_words(counts[Severity.OK], "check") + " passed"]
    summary += [
        count_in_words(counts[severity], WORDS[severity].lower()) for severity in (Severity.WARNING, Severity.ERROR)
    ]
    return element(
        "section",
        element("h2", "Figures and checks"),
        element("p", ", ".join(summary) + "."),
        element("div", *(_render(one) for one in figures), class_="renders"),
        id="checks",
        aria_label="Figures and checks",
    )


def _render(figures: EngineFigures) -> Html:
    shape = figures.shape.ratio if figures.shape is not Shape.WIDE else None
    name = ", ".join(filter(None, (ENGINE_TITLES[figures.engine.value], shape, figures.lesson_code)))
    tag = element("span", figures.engine.value.upper(), class_="tag")
    heading = element("h3", tag, f" {name}")
    worst_first = sorted(figures.findings, key=lambda finding: -list(Severity).index(finding.severity))
    return element(
        "section",
        element("div", heading, element("span", duration_in_words(figures.seconds_wall), class_="quiet"), class_="bar"),
        element("p", _work(figures.made, figures.reused), class_="quiet"),
        element("ul", *(_finding(finding) for finding in worst_first), class_="findings"),
        class_="card",
    )


def _work(made: Mapping[str, int], reused: Mapping[str, int]) -> str:
    """Say what was made and what was found: "Made: 3 speech. Reused: 20 picture, 30 speech."""
    said = []
    for word, counts in (("Made", made), ("Reused", reused)):
        kinds = [f"{count} {kind.replace('_', ' ')}" for kind, count in sorted(counts.items()) if count]
        said.append(f"{word}: {', '.join(kinds) if kinds else 'nothing'}.")
    return " ".join(said)


def _finding(finding: Finding) -> Html:
    verdict = element("span", WORDS[finding.severity], class_="verdict")
    return element("li", verdict, element("span", finding.sentence, dir="auto"), class_=finding.severity.value)
