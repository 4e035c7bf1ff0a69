"""What was seen and what it means, as one JSON object, for the API and the command alike."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from coursecrafter.watchdog.figures import Installation
from coursecrafter.watchdog.verdict import Finding, judge, light_of, stalled_jobs


def as_report(seen: Installation) -> dict[str, Any]:
    """Light, findings and all figures."""
    findings = judge(seen)
    told = seen.to_json()
    stalled = {job.job for job, _, _ in stalled_jobs(seen)}
    for job in told["running"]:
        job["is_stalled"] = job["job"] in stalled
    return {
        "light": light_of(findings),
        "findings": [finding_as_json(one) for one in findings],
        **told,
        "versions": list(seen.versions),
    }


def finding_as_json(finding: Finding) -> dict[str, Any]:
    """A finding with its severity as a word."""
    return {**asdict(finding), "severity": finding.severity.name.lower()}
