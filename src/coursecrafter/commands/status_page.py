"""The page of `coursecrafter status`: tables that a terminal of 80 columns holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from coursecrafter import __version__
from coursecrafter.watchdog.verdict import TIMES_S, in_words

COLORS = {"green": "green", "yellow": "yellow", "red": "red", "notice": "cyan", "warning": "yellow", "alarm": "red"}
FACTS = {"sandbox": "Sandbox", "office": "LibreOffice", "speech": "espeak-ng", "typst": "Typst"}
MOST_COSTS = 5
INDENT = (0, 0, 0, 2)
LEAST_GB = 1e9
NO_RIGHTS = "not known: DATABASE_ADMIN_URL is not given here"
Report = Mapping[str, Any]


def print_page(report: Report, console: Console) -> None:
    """Print what was found, then the figures.

    Args:
        report: as `watchdog.report.as_report` makes it; of an installation that cannot be reached, its findings alone.
    """
    light = report["light"]
    console.print(Text.assemble(f"Course Crafter {__version__}: ", (light, f"bold {COLORS[light]}")))
    _print_findings(report["findings"], console)
    if "lanes" not in report:
        return
    _print_queue(report, console)
    _print_running(report["running"], console)
    _print_workers(report["workers"], console)
    _print_renders(report["renders"], console)
    _print_rest(report, console)


def _print_findings(findings: Sequence[Report], console: Console) -> None:
    if not findings:
        return
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for _ in range(2):
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for one in findings:
        severity = Text(one["severity"], style=f"bold {COLORS[one['severity']]}")
        table.add_row(severity, one["code"], Text.assemble(one["sentence"], "\n", (one["remedy"], "dim")))
    _print("Findings", table, console)


def _print_queue(report: Report, console: Console) -> None:
    table = _table("Lane", ">Waiting", ">Oldest", ">Begun before", ">Running", ">Workers", ">Slots")
    for lane in report["lanes"]:
        oldest = "" if lane["oldest_s"] is None else in_words(lane["oldest_s"])
        counts = (lane[name] for name in ("retries", "running", "workers", "slots"))
        table.add_row(lane["lane"], f"{lane['waiting']:,}", oldest, *(f"{count:,}" for count in counts))
    _print("Queue", table, console)


def _print_running(running: Sequence[Report], console: Console) -> None:
    if not running:
        return
    table = _table(">Job", "Lane", "Kind", ">Runs for", ">Worker heard", ">Told something", "")
    for job in running:
        ages = (_ago(job[name]) for name in ("silent_s", "still_s"))
        mark = Text("stalled", style="bold red") if job["is_stalled"] else ""
        table.add_row(str(job["job"]), job["lane"], job["kind"], in_words(job["running_s"]), *ages, mark)
    _print("Running", table, console)


def _print_workers(workers: Sequence[Report], console: Console) -> None:
    if not workers:
        return
    table = _table("Worker", "Version", "Lane", ">Slots", ">Up", ">Heard")
    for one in workers:
        name = one["host"] if one["name"] == one["host"] else f"{one['name']} on {one['host']}"
        ages = (in_words(one["age_s"]), _ago(one["silent_s"]))
        table.add_row(Text(name, overflow="fold"), one["version"], one["lane"], str(one["slots"]), *ages)
    _print("Workers", table, console)
    machines = {one["host"]: one["facts"] for one in workers if one["facts"]}
    if machines:
        table = _table("Machine", *FACTS.values())
        for host, facts in machines.items():
            table.add_row(Text(host, overflow="fold"), *(facts.get(name, "") for name in FACTS))
        _print("Machines", table, console)


def _print_renders(renders: Report | None, console: Console) -> None:
    if renders is None:
        _print("Renders", Text(NO_RIGHTS), console)
        return
    table = _table("Engine", ">Renders", ">Half under", ">95 % under", ">Longest", ">Figure")
    for one in renders["times"]:
        figures = (one["p50_s"], one["p95_s"], one["max_s"], TIMES_S[one["engine"]])
        table.add_row(one["engine"].upper(), f"{one['renders']:,}", *(in_words(seconds) for seconds in figures))
    if renders["times"]:
        _print("Renders of the last 7 days", table, console)
    failed = sum(one["count"] for one in renders["failures"])
    codes = ", ".join(f"{one['code'] or 'no code'} {one['count']:,}" for one in renders["failures"])
    said = f"{renders['succeeded_today']:,} succeeded, {failed:,} failed" + (f": {codes}" if codes else "")
    _print("Renders of the last 24 hours", Text(said), console)


def _print_rest(report: Report, console: Console) -> None:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for title, said in _rest(report):
        table.add_row(title, said)
    _print("Other", table, console)


def _rest(report: Report) -> Iterable[tuple[str, str]]:
    seldom = report["seldom"]
    if seldom is None:
        yield "Files, costs", NO_RIGHTS
    else:
        stored = seldom["stored"]
        sample = f"{stored['missing']} of {stored['sampled']} missing" if stored["is_reachable"] else "no answer"
        yield "Files", f"{_size(stored['size_bytes'])} of {stored['organisations']:,} organisations; {sample}"
        yield "AI today", f"{seldom['cost_today_usd']:,.2f} USD"
        for cost in seldom["costs"][:MOST_COSTS]:
            mean = f"{cost['mean_usd']:,.2f} on a day before"
            yield "", f"{cost['project_id']}  {cost['today_usd']:,.2f} ({mean})"
    schema = report["drift"]
    if schema is None:
        yield "Schema", "never compared; --check-schema does it"
    else:
        count = schema["found"]["differences"]
        yield "Schema", f"{count or 'no'} difference{'' if count == 1 else 's'}, compared at {_moment(schema['at'])}"
        yield from (("", sentence) for sentence in schema["found"].get("first", ()))
    collected = report["collected"]
    if collected is not None:
        found = collected["found"]
        yield "Collection", f"at {_moment(collected['at'])}"
        for kind, words in (("laid_aside", "laid aside"), ("removed", "removed")):
            yield "", f"{found.get(kind, 0):,} files {words}, {_size(found.get(f'{kind}_bytes', 0))}"
    looked_at = report["looked_at"]
    yield "Watchdog", "has not looked yet" if looked_at is None else f"looked at {_moment(looked_at)}"
    for way, failed in report["undelivered"].items():
        yield "Alerts", f"{way}: not delivered since {_moment(failed['since'])}: {failed['said']}"


def _table(*columns: str) -> Table:
    """A table without lines; columns that begin with > are of figures."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in columns:
        table.add_column(name.removeprefix(">"), justify="right" if name.startswith(">") else "left")
    return table


def _print(title: str, shown: Table | Text, console: Console) -> None:
    console.print()
    console.print(Text(title, style="bold"))
    console.print(Padding(shown, INDENT, expand=False))


def _ago(seconds: float | None) -> str:
    return "" if seconds is None else f"{in_words(seconds)} ago"


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M} UTC"


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e9:,.1f} GB" if size_bytes >= LEAST_GB else f"{size_bytes / 1e6:,.1f} MB"
