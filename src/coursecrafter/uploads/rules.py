"""What the operator allows: room, scanning, and the walls behind which strangers' files are read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from coursecrafter.errors import IngestError
from coursecrafter.ingest.sandbox import sandbox_level

DEFAULT_SCANNER = "/run/clamav/clamd.ctl"
DEFAULT_SCANNER_MAX_BYTES = 25 << 20
"""The least that ClamAV's versions look at by default; what is beyond it they call clean unseen."""
SCANNER_TIMEOUT_S = 120.0
MAX_SIZE_BYTES = 1 << 50


class ScanPolicy(StrEnum):
    """When a file is shown to the virus scanner."""

    OFF = "off"
    IF_AVAILABLE = "if_available"
    REQUIRED = "required"


class WallsTooLow(IngestError):
    """This server cannot read strangers' files behind the walls that its operator asks for."""

    code = "CC-0141"
    status = 503
    remedy = "Whoever runs this server: install bubblewrap, or set COURSECRAFTER_SANDBOX=rlimits and accept the risk."


class UnusableRule(IngestError):
    """A setting for uploads holds a value that it cannot take."""

    code = "CC-0142"
    status = 500
    remedy = "Correct the environment variable that the message names, and start again."


@dataclass(frozen=True, slots=True)
class UploadRules:
    """How strangers' files are taken.

    Attributes:
        default_quota_bytes: room of an organisation that has no quota of its own; None: no limit.
        largest_bytes: the longest file of any kind.
        scanner: `host:port` or a socket's path.
        scanner_max_bytes: the longest file that the scanner looks at all of.
        lowest_walls: "bubblewrap", or "rlimits" where less will do.
    """

    default_quota_bytes: int | None = None
    largest_bytes: int = MAX_SIZE_BYTES
    scan: ScanPolicy = ScanPolicy.IF_AVAILABLE
    scanner: str = DEFAULT_SCANNER
    scanner_max_bytes: int = DEFAULT_SCANNER_MAX_BYTES
    scanner_timeout_s: float = SCANNER_TIMEOUT_S
    lowest_walls: str = "rlimits"


def load_rules(
    default_quota_bytes: int | None, largest_bytes: int, environment: Mapping[str, str] | None = None
) -> UploadRules:
    """Read COURSECRAFTER_SCAN, _SCANNER, _SCANNER_MAX_MB and _SANDBOX beside what the service's settings say.

    Raises:
        UnusableRule: CC-0142.
    """
    env = os.environ if environment is None else environment
    most_mb = env.get("COURSECRAFTER_SCANNER_MAX_MB") or str(DEFAULT_SCANNER_MAX_BYTES >> 20)
    if not most_mb.isdecimal() or int(most_mb) > MAX_SIZE_BYTES >> 20:
        raise UnusableRule(f"COURSECRAFTER_SCANNER_MAX_MB is “{most_mb}”, which is no number of megabytes.")
    return UploadRules(
        default_quota_bytes=default_quota_bytes,
        largest_bytes=largest_bytes,
        scan=ScanPolicy(_choice(env, "COURSECRAFTER_SCAN", ("if_available", "off", "required"))),
        scanner=env.get("COURSECRAFTER_SCANNER") or DEFAULT_SCANNER,
        scanner_max_bytes=int(most_mb) << 20,
        lowest_walls=_choice(env, "COURSECRAFTER_SANDBOX", ("rlimits", "bubblewrap")),
    )


def require_walls(rules: UploadRules) -> None:
    """Refuse to read strangers' files where less protects than the operator asks for.

    Raises:
        WallsTooLow: CC-0141.
    """
    if rules.lowest_walls == "bubblewrap" and sandbox_level() != "bubblewrap":
        raise WallsTooLow("This server cannot look into uploaded files safely, so it takes none.")


def _choice(env: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    value = env.get(name) or choices[0]
    if value not in choices:
        raise UnusableRule(f"{name} is “{value}”; it can be {', '.join(choices)}.")
    return value
