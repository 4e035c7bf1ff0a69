"""The report beside a video: every check with its figure, its limit and its verdict, for programs and for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from typing import Any

from coursecrafter.domain.output import Finding, Severity
from coursecrafter.media.credentials import Origin, Source
from coursecrafter.media.transcript import clock, plain

GROUPS = {
    "Pictures": (
        "frames", "duration", "script", "pictures", "deck", "film", "film_packets", "contrast", "clipping", "headings",
        "fonts",
    ),
    "Sound": ("loudness", "peak", "clicks", "sync", "spoken"),
    "Captions": ("captions", "caption_form", "highlight"),
    "Delivery": ("faststart", "seeking"),
}  # fmt: skip
OTHER_GROUP = "More"
NAMES = {
    "frames": "Frames",
    "duration": "Length",
    "script": "Script and gaps",
    "pictures": "Pictures as seen",
    "deck": "What was drawn",
    "film": "The deck's film",
    "film_packets": "Film copied",
    "contrast": "Contrast of text",
    "clipping": "Text cut off",
    "headings": "Headings",
    "fonts": "Fonts",
    "loudness": "Loudness",
    "peak": "Peaks",
    "clicks": "Clicks",
    "sync": "Picture and sound",
    "spoken": "Spoken is shown",
    "captions": "Reading speed",
    "caption_form": "Form of captions",
    "highlight": "Words lit up",
    "faststart": "Starts at once",
    "seeking": "Seeking",
}
VERDICTS = {Severity.OK: ("✓", "Passed"), Severity.WARNING: ("!", "Warning"), Severity.ERROR: ("✕", "Failed")}
SOURCES = {
    Source.MODEL: "made by an AI model",
    Source.WITH_MODEL: "made with the help of an AI model",
    Source.PROGRAM: "made by a program, without AI",
    Source.PERSON: "made by people",
    Source.COMPOSITE: "put together from several sources",
}
STYLE = (
    ":root{color-scheme:light dark;--ground:#f6f7f9;--card:#fff;--ink:#171b21;--soft:#535d6b;--line:#dfe3e9;"
    "--ok:#12703f;--ok-soft:#e4f4ea;--warning:#8a4b00;--warning-soft:#fdf0db;--error:#b3202c;--error-soft:#fce8e8}"
    "@media(prefers-color-scheme:dark){:root{--ground:#12151a;--card:#1b2027;--ink:#eceff3;--soft:#a3adbb;--line:#313945;"
    "--ok:#6fd49a;--ok-soft:#163425;--warning:#f3b65f;--warning-soft:#3a2a12;--error:#ff8d8d;--error-soft:#401d20}}"
    "*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);"
    "font:1rem/1.5 Inter,'Noto Sans',system-ui,sans-serif}main{max-width:64rem;margin:0 auto;"
    "padding:2.5rem 1.25rem 4rem}"
    "header p{margin:0;color:var(--soft)}h1{font-size:1.9rem;line-height:1.2;margin:.2rem 0 1.25rem;"
    "letter-spacing:-.01em;overflow-wrap:anywhere}h2{font-size:1.1rem;margin:2.25rem 0 .6rem}"
    ".verdict{display:flex;gap:.9rem;align-items:center;padding:1rem 1.25rem;border-radius:.75rem;font-weight:600}"
    ".verdict .sign{font-size:1.3rem;width:2.1rem;height:2.1rem}"
    ".ok{color:var(--ok)}.warning{color:var(--warning)}.error{color:var(--error)}"
    ".verdict.ok{background:var(--ok-soft)}.verdict.warning{background:var(--warning-soft)}"
    ".verdict.error{background:var(--error-soft)}"
    ".sign{display:inline-grid;place-items:center;width:1.4rem;height:1.4rem;border-radius:50%;font-size:.85rem;"
    "font-weight:700;border:1.5px solid currentColor;line-height:1;flex:none}"
    "dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(12.5rem,1fr));gap:.75rem;margin:1.25rem 0 0}"
    "dl div{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:.75rem 1rem}"
    "dt{color:var(--soft);font-size:.82rem}dd{margin:.1rem 0 0;font-weight:600;overflow-wrap:anywhere}"
    ".card{background:var(--card);border:1px solid var(--line);border-radius:.75rem;overflow-x:auto}"
    "table{width:100%;border-collapse:collapse;font-size:.94rem}"
    "th,td{text-align:start;padding:.65rem 1rem;vertical-align:top;border-top:1px solid var(--line)}"
    "thead th{border-top:0;color:var(--soft);font-size:.8rem;font-weight:600}tbody th{font-weight:600;width:11rem}"
    "td.limit{color:var(--soft);width:13rem}td.says{width:8rem}"
    ".says>span{display:inline-flex;gap:.5rem;align-items:center;font-weight:600;white-space:nowrap}"
    "td.number,th.number{text-align:end;font-variant-numeric:tabular-nums;"
    "white-space:nowrap}summary{cursor:pointer;padding:.75rem 1rem;font-weight:600}"
    "summary:focus-visible{outline:2px solid currentColor;outline-offset:-3px;border-radius:.75rem}"
    "footer{margin-top:2rem;color:var(--soft);font-size:.88rem}"
    "@media(max-width:40rem){thead{position:absolute;clip-path:inset(50%)}tr{display:block;padding:.6rem 0;"
    "border-top:1px solid var(--line)}tbody tr:first-child{border-top:0}th,td,tbody th,td.limit,td.says{display:block;"
    "width:auto;border:0;padding:.12rem 1rem;text-align:start}}"
    "@media print{body{background:#fff}}"
)


@dataclass(frozen=True, slots=True)
class ReportedSegment:
    """A line of the script in the video.

    Attributes:
        segment_id: "" for what is no segment, as the end card.
        text: what is spoken.
        start_s, voice_s, gap_s: when its picture comes, how long it is spoken, and the silence after it.
    """

    segment_id: str
    text: str
    start_s: Fraction
    voice_s: Fraction
    gap_s: Fraction


@dataclass(frozen=True, slots=True)
class Report:
    """All that is said of a video.

    Attributes:
        kind: "Voice-over video", "Branded video".
        facts: what a reader wants to know first, each with its value.
        origins: how its parts came to be.
        signed: who signed the credentials, as a sentence.
    """

    title: str
    kind: str
    facts: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    segments: tuple[ReportedSegment, ...]
    origins: tuple[Origin, ...]
    signed: str

    @property
    def verdict(self) -> Severity:
        """That of the worst finding."""
        order = list(Severity)
        return max((finding.severity for finding in self.findings), key=order.index, default=Severity.OK)


def to_json(report: Report) -> str:
    """The report for programs."""
    told: dict[str, Any] = {
        "title": plain(report.title),
        "kind": report.kind,
        "verdict": report.verdict.value,
        "facts": dict(report.facts),
        "checks": [
            {
                "check": finding.check,
                "verdict": finding.severity.value,
                "figure": finding.figure,
                "limit": finding.limit,
                "sentence": finding.sentence,
            }
            for finding in report.findings
        ],
        "segments": [
            {
                "segment_id": segment.segment_id or None,
                "start_s": round(float(segment.start_s), 3),
                "voice_s": round(float(segment.voice_s), 3),
                "gap_s": round(float(segment.gap_s), 3),
            }
            for segment in report.segments
        ],
        "provenance": [
            {"part": origin.part, "digital_source_type": origin.source.value, "made_by": origin.made_by}
            for origin in report.origins
        ],
        "credentials": report.signed,
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


def to_html(report: Report) -> str:
    """The report as a page that needs no other file."""
    title = escape(plain(report.title))
    head = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Report: {title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f'<header><p>{escape(report.kind)}: report</p><h1 dir="auto">{title}</h1></header>'
    )
    parts = [
        head,
        _verdict(report),
        "<dl>" + "".join(f"<div><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>" for k, v in report.facts) + "</dl>",
        *(_group(name, findings) for name, findings in _grouped(report.findings)),
        _provenance(report),
        _segments(report.segments),
        "</main>\n</body>\n</html>\n",
    ]
    return "\n".join(parts)


def _verdict(report: Report) -> str:
    counts = {severity: sum(one.severity is severity for one in report.findings) for severity in Severity}
    if counts[Severity.ERROR]:
        text = f"{_checks(counts[Severity.ERROR])} failed: this video does not become active."
    elif counts[Severity.WARNING]:
        text = f"{_checks(counts[Severity.OK])} passed; {counts[Severity.WARNING]} may be looked at."
    else:
        text = f"All {_checks(counts[Severity.OK])} passed."
    sign = VERDICTS[report.verdict][0]
    verdict = report.verdict.value
    return f'<p class="verdict {verdict}"><span class="sign" aria-hidden="true">{sign}</span>{escape(text)}</p>'


def _checks(count: int) -> str:
    return f"{count} check{'s' * (count != 1)}"


def _grouped(findings: Sequence[Finding]) -> list[tuple[str, list[Finding]]]:
    """Findings by what they are about, in the order of `GROUPS`; the empty groups left out."""
    group_of = {check: name for name, checks in GROUPS.items() for check in checks}
    names = [*GROUPS, OTHER_GROUP]
    groups = [(name, [one for one in findings if group_of.get(one.check, OTHER_GROUP) == name]) for name in names]
    return [(name, found) for name, found in groups if found]


def _group(name: str, findings: Sequence[Finding]) -> str:
    rows = "".join(_row(finding) for finding in findings)
    return (
        f'<h2 id="{name.lower()}">{name}</h2><div class="card"><table aria-labelledby="{name.lower()}"><thead><tr>'
        '<th scope="col">Check</th><th scope="col">Found</th><th scope="col">Limit</th><th scope="col">Verdict</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(finding: Finding) -> str:
    sign, word = VERDICTS[finding.severity]
    name = NAMES.get(finding.check) or finding.check.replace("_", " ").capitalize()
    return (
        f'<tr><th scope="row">{escape(name)}</th><td dir="auto">{escape(plain(finding.sentence))}</td>'
        f'<td class="limit">{escape(finding.limit)}</td><td class="says {finding.severity.value}">'
        f'<span><span class="sign" aria-hidden="true">{sign}</span>{word}</span></td></tr>'
    )


def _provenance(report: Report) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(origin.part.capitalize())}</th><td>{escape(SOURCES[origin.source])}</td>'
        f"<td>{escape(origin.made_by)}</td></tr>"
        for origin in report.origins
    )
    return (
        '<h2 id="made">How it was made</h2><div class="card"><table aria-labelledby="made"><thead><tr>'
        '<th scope="col">Part</th><th scope="col">Origin</th><th scope="col">By</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div><footer><p>{escape(report.signed)}</p></footer>"
    )


def _segments(segments: Sequence[ReportedSegment]) -> str:
    rows = "".join(
        f'<tr><td class="number">{clock(segment.start_s)}</td><td dir="auto">{escape(plain(segment.text)) or "—"}</td>'
        f'<td class="number">{float(segment.voice_s):.2f} s</td>'
        f'<td class="number">{float(segment.gap_s):.2f} s</td></tr>'
        for segment in segments
    )
    count = len({segment.segment_id for segment in segments} - {""})
    return (
        f'<h2 id="script">Script</h2><details class="card"><summary>{count} segments with their times</summary>'
        '<table aria-labelledby="script"><thead><tr><th scope="col" class="number">At</th><th scope="col">Spoken</th>'
        '<th scope="col" class="number">Voice</th><th scope="col" class="number">Gap</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></details>"
    )
