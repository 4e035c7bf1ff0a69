"""The benchmark of policies runs, asks both sides the same, and reports each call; its figures are not judged here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parents[2] / "bench" / "tenancy.py"
CALLS_A_USER = 18


def test_a_tiny_benchmark_reports_every_call_of_every_user(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    argv = [sys.executable, str(BENCH), "--rows", "100", "--repetitions", "2", "--json", str(figures)]

    ran = subprocess.run(argv, capture_output=True, text=True, timeout=300, check=False)

    assert ran.returncode == 0, ran.stderr
    report = json.loads(figures.read_text())
    assert {line["user"] for line in report["lines"]} == {"narrow", "middle", "wide"}
    assert len(report["lines"]) == len({(line["user"], line["call"]) for line in report["lines"]}) == 3 * CALLS_A_USER
    assert all(line["call"] in ran.stdout and line["pairs"] == 2 for line in report["lines"])
    assert report["rows"]["cc_assets"] >= report["rows"]["cc_segments"] > 100
