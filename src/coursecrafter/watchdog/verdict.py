"""What figures mean: findings, each a sentence that a person can act on, and the light that they make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from coursecrafter.errors import JobError
from coursecrafter.storage.backends import StoreUnreachable
from coursecrafter.watchdog.figures import Installation, LaneFigures, RunningJob

SERVED_BY: Mapping[str, str] = {"renders": "renders", "help": "renders", "calls": "calls", "upkeep": "upkeep"}
"""Which lane of a worker takes work from a lane of the queue."""
WAITS_S: Mapping[str, tuple[float, float]] = {"renders": (900, 3600), "calls": (60, 300), "upkeep": (600, 1800)}
"""Warning and alarm. The longest render by the figures takes 8 minutes, so a slot is free within 15; at calls somebody
looks; chores come once a minute. Help that comes late is no loss."""
NOBODY_AFTER_S = 60.0
"""A worker that restarts is away for some seconds."""
SILENT_S = 60.0
"""Workers beat every 2 seconds by default, and are given up after 8; so nobody is left to give this one up."""
STILL_S = 900.0
"""A render tells each step, and a step takes seconds, or a few minutes of a long film."""
LONGEST_RUN_S: Mapping[str, float] = {"e1": 10_800, "e2": 10_800, "e3": 3600, "e4": 3600}
LONGEST_OTHER_S = 1800.0
LONGEST_CHORE_S = 21_600.0
"""The background ends what runs longer; what goes on all the same hangs."""
END_TAKES_S = 120.0
TIMES_S: Mapping[str, float] = {"e1": 180, "e2": 480, "e3": 30, "e4": 120}
"""Quality figures of the specification: E1 video, E2 video, book, package."""
BLIND_AFTER_S = 300.0
"""The watchdog's turn comes once a minute."""
FEWEST_RENDERS = 5
"""Fewer say nothing of how long renders take, or how often they fail."""
FAILING, FAILING_BADLY = 0.2, 0.5
"""Shares of renders: some decks cannot be drawn, but not one in five."""
FEWEST_CALLS = 200
CALLS_FAILING, CALLS_FAILING_BADLY = 0.01, 0.05
"""The specification allows 1 %."""
COST_FACTOR, COST_FLOOR_USD = 4.0, 20.0
"""A busy day costs twice or three times the mean; below the floor nobody minds."""
WALLED = "bubblewrap"


class Severity(IntEnum):
    """How bad it is. A notice asks for nothing soon, and is not sent."""

    OK = 0
    NOTICE = 1
    WARNING = 2
    ALARM = 3


class NobodyWorks(JobError):
    """Work waits in a lane of the queue, and no worker that takes it lives."""

    code = "CC-0630"
    status = 503
    remedy = "Start `coursecrafter worker`, or `serve` without --no-worker, with slots for what waits."


class WaitsTooLong(JobError):
    """Work waits longer in the queue than it should."""

    code = "CC-0631"
    status = 503
    remedy = "Start more workers or give them more slots; look whether a limit by organisation or engine is too low."


class JobStalled(JobError):
    """A job runs and does not go on: its worker is silent, it tells nothing, or it runs longer than it may."""

    code = "CC-0632"
    remedy = "Look at the log of the worker's machine; restart the worker, and another one goes on from the last step."


class RendersSlow(JobError):
    """Renders take longer than the figures of the specification."""

    code = "CC-0633"
    remedy = "Look at load, memory and disk of the workers' machines; give them fewer slots, or add a machine."


class RendersFail(JobError):
    """More renders fail than a few damaged decks explain."""

    code = "CC-0634"
    remedy = "Look up the code that the message names: it says what to do."


class CallsFail(JobError):
    """More calls of the API end with a fault of the service than the figures allow."""

    code = "CC-0635"
    remedy = "Look for lines of the level ERROR in the service's log; each has the call's request_id."


class FilesLost(JobError):
    """Files of active assets are not in the store."""

    code = "CC-0636"
    remedy = "Restore the store from a back-up that is not older than the database's, or render again."


class CostJumped(JobError):
    """A project's calls to AI cost far more today than they did on the days before."""

    code = "CC-0637"
    remedy = "Ask its owners whether they meant it; the project's calls are listed under /cc/logs."


class SchemaDrifted(JobError):
    """The database does not hold what the migrations make."""

    code = "CC-0638"
    remedy = "Run `coursecrafter db check` for each difference, and undo what was changed by hand."


class MachinesDiffer(JobError):
    """Workers run different versions of the program, or one lacks the sandbox."""

    code = "CC-0639"
    remedy = "Bring all machines to one version; install bubblewrap where it is missing."


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a person should know.

    Attributes:
        key: the same for the same thing, however its figures change.
        code: of `docs/errors.md`.
    """

    key: str
    code: str
    severity: Severity
    sentence: str
    remedy: str


def judge(seen: Installation) -> list[Finding]:
    """What the figures mean, the worst first."""
    found = [
        *_queue(seen),
        *_stalled(seen),
        *_renders(seen),
        *_calls(seen),
        *_stored(seen),
        *_costs(seen),
        *_schema(seen),
        *_machines(seen),
    ]
    return sorted(found, key=lambda one: (-one.severity, one.key))


def light_of(findings: list[Finding]) -> str:
    """Green, yellow (a warning) or red (an alarm)."""
    worst = max((one.severity for one in findings), default=Severity.OK)
    return {Severity.WARNING: "yellow", Severity.ALARM: "red"}.get(worst, "green")


def in_words(seconds: float) -> str:
    """A time as people say it: its largest unit and the one below."""
    whole = round(seconds)
    sizes = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))
    first = next((place for place, (size, _) in enumerate(sizes) if whole >= size), len(sizes) - 1)
    said: list[str] = []
    for size, unit in sizes[first : first + 2]:
        count, whole = divmod(whole, size)
        said += [f"{count} {unit}"] if count or not said else []
    return " ".join(said)


def _finding(kind: type[JobError | StoreUnreachable], subject: str, severity: Severity, sentence: str) -> Finding:
    key = f"{kind.code}:{subject}" if subject else kind.code
    return Finding(key, kind.code, severity, sentence, kind.remedy)


def _queue(seen: Installation) -> Iterator[Finding]:
    for lane in seen.lanes:
        waits_s = lane.oldest_s or 0.0
        if not lane.workers and waits_s >= NOBODY_AFTER_S and lane.lane != "help":
            said = f"{_jobs(lane)} in the lane {lane.lane} for {in_words(waits_s)}, and no worker takes work there."
            yield _finding(NobodyWorks, lane.lane, Severity.ALARM, said)
        elif (bounds := WAITS_S.get(lane.lane)) and waits_s >= bounds[0]:
            said = f"{_jobs(lane)} in the lane {lane.lane}, the oldest for {in_words(waits_s)}."
            yield _finding(WaitsTooLong, lane.lane, _by(waits_s, *bounds), said)

    is_watched = seen.looked_at is not None and (seen.at - seen.looked_at).total_seconds() < BLIND_AFTER_S
    if not is_watched and any(one.lane == "upkeep" and one.age_s > BLIND_AFTER_S for one in seen.workers):
        since = f"for {in_words((seen.at - seen.looked_at).total_seconds())}" if seen.looked_at else "yet"
        yield _finding(
            NobodyWorks, "watchdog", Severity.WARNING, f"The watchdog has not looked {since}; nobody is told."
        )


def _jobs(lane: LaneFigures) -> str:
    return "1 job waits" if lane.waiting == 1 else f"{lane.waiting:,} jobs wait"


def _by(value: float, warning: float, alarm: float) -> Severity:
    if value < warning:
        return Severity.OK
    return Severity.ALARM if value >= alarm else Severity.WARNING


def stalled_jobs(seen: Installation) -> Iterator[tuple[RunningJob, Severity, str]]:
    """Jobs that do not go on, how bad that is, and why it is thought."""
    for job in seen.running:
        if job.running_s > _longest_s(job):
            yield job, Severity.ALARM, f"runs for {in_words(job.running_s)}, longer than it may"
        elif (job.silent_s is None and job.running_s > SILENT_S) or (job.silent_s or 0.0) > SILENT_S:
            silent = "gone" if job.silent_s is None else f"silent for {in_words(job.silent_s)}"
            yield job, Severity.ALARM, f"is held by a worker that is {silent}"
        elif job.still_s is not None and min(job.still_s, job.running_s) > STILL_S:
            yield job, Severity.WARNING, f"has told nothing for {in_words(job.still_s)}"


def _longest_s(job: RunningJob) -> float:
    if job.lane == "upkeep":
        return LONGEST_CHORE_S
    return LONGEST_RUN_S.get(job.kind, LONGEST_OTHER_S) + END_TAKES_S


def _stalled(seen: Installation) -> Iterator[Finding]:
    for job, severity, why in stalled_jobs(seen):
        yield _finding(JobStalled, str(job.job), severity, f"Job {job.job} of the queue ({job.kind}) {why}.")


def _renders(seen: Installation) -> Iterator[Finding]:
    if seen.renders is None:
        return
    for times in seen.renders.times:
        figure_s = TIMES_S[times.engine]
        if times.renders >= FEWEST_RENDERS and times.p95_s > figure_s:
            is_most = times.p50_s > figure_s
            which, took_s = ("Half", times.p50_s) if is_most else ("One in twenty", times.p95_s)
            said = f"{which} of the {times.renders} last {times.engine.upper()} renders took over {in_words(took_s)}"
            severity = Severity.WARNING if is_most else Severity.NOTICE
            yield _finding(RendersSlow, times.engine, severity, f"{said}; the figure is {in_words(figure_s)}.")
    failed = seen.renders.failed_today
    ended = failed + seen.renders.succeeded_today
    if failed >= FEWEST_RENDERS and failed / ended >= FAILING:
        codes = ", ".join(f"{one.code or 'no code'} {one.count} times" for one in seen.renders.failures[:3])
        said = f"{failed} of {ended} renders failed in the last 24 hours: {codes}."
        yield _finding(RendersFail, "", _by(failed / ended, FAILING, FAILING_BADLY), said)


def _calls(seen: Installation) -> Iterator[Finding]:
    if seen.calls is None or seen.calls.answered < FEWEST_CALLS:
        return
    share = seen.calls.failed / seen.calls.answered
    if share > CALLS_FAILING:
        said = f"{seen.calls.failed:,} of {seen.calls.answered:,} calls of the API ended with a fault ({share:.1%})."
        yield _finding(CallsFail, "", _by(share, CALLS_FAILING, CALLS_FAILING_BADLY), said)


def _stored(seen: Installation) -> Iterator[Finding]:
    if seen.seldom is None:
        return
    stored = seen.seldom.stored
    if not stored.is_reachable:
        yield _finding(StoreUnreachable, "", Severity.ALARM, "The file store does not answer the watchdog.")
    elif stored.missing:
        said = f"{stored.missing} of {stored.sampled} active files that were looked for are not in the store."
        yield _finding(FilesLost, "", Severity.ALARM, said)


def _costs(seen: Installation) -> Iterator[Finding]:
    for cost in seen.seldom.costs if seen.seldom else ():
        if cost.today_usd > max(COST_FLOOR_USD, COST_FACTOR * cost.mean_usd):
            before = f"{cost.mean_usd:,.2f} USD on a day before" if cost.mean_usd else "nothing before"
            said = f"AI cost the project {cost.project_id} {cost.today_usd:,.2f} USD today, and {before}."
            yield _finding(CostJumped, cost.project_id, Severity.WARNING, said)


def _schema(seen: Installation) -> Iterator[Finding]:
    if seen.drift is not None and seen.drift.found["differences"]:
        count = seen.drift.found["differences"]
        said = f"The database differs in {count} thing{'' if count == 1 else 's'} from what the migrations make."
        yield _finding(SchemaDrifted, "", Severity.ALARM, said)


def _machines(seen: Installation) -> Iterator[Finding]:
    if len(seen.versions) > 1:
        counts = Counter({(one.host, one.name): one.version for one in seen.workers}.values())
        told = ", ".join(f"{version} on {counts[version]}" for version in seen.versions)
        yield _finding(MachinesDiffer, "version", Severity.NOTICE, f"Workers run different versions: {told}.")
    bare = sorted({one.host for one in seen.workers if one.facts.get("sandbox", WALLED) != WALLED})
    if bare:
        said = f"Files from outside are read without walls on {', '.join(bare)}."
        yield _finding(MachinesDiffer, "sandbox", Severity.NOTICE, said)
