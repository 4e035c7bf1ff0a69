"""What the ledger keeps of a request and an answer: a hash and a length, or also the beginning of the text.

COURSECRAFTER_AI_PAYLOADS decides: `hashed`, which is the default, or `truncated`. A beginning has what looks like a
secret or like a person's data masked; a mask is no promise, so an installation that may keep nothing keeps hashes.

Source: schema 10.1 (request_payload: "truncated or hashed for privacy").
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256
from typing import Any

from coursecrafter.config import UnusableSetting

SETTING = "COURSECRAFTER_AI_PAYLOADS"
KEPT_SIGNS = 300
LOOKED_AT_SIGNS = 4 * KEPT_SIGNS
"""Masked before it is cut, or a secret across the cut would be known by its half; and not all of a long text."""


class Payloads(StrEnum):
    """How much of what was asked and answered is kept."""

    HASHED = "hashed"
    TRUNCATED = "truncated"


def load_payloads(environment: Mapping[str, str] | None = None) -> Payloads:
    """Read COURSECRAFTER_AI_PAYLOADS.

    Raises:
        UnusableSetting: CC-0045.
    """
    env = os.environ if environment is None else environment
    said = env.get(SETTING) or Payloads.HASHED
    if said not in list(Payloads):
        raise UnusableSetting(f"{SETTING} takes {Payloads.HASHED} or {Payloads.TRUNCATED}.")
    return Payloads(said)


def kept(text: str, payloads: Payloads) -> dict[str, Any]:
    """What may be written down of a text: `sha256`, `characters`, and its masked `beginning` if that is wanted."""
    content = text.encode("utf-8", "surrogatepass")
    found: dict[str, Any] = {"sha256": sha256(content).hexdigest(), "characters": len(text)}
    if payloads is Payloads.TRUNCATED:
        found["beginning"] = beginning(text)
    return found


def kept_json(value: Any, payloads: Payloads) -> dict[str, Any]:
    """The same of a JSON value; equal values give equal hashes, whatever the order of their names."""
    return kept(json.dumps(value, sort_keys=True, ensure_ascii=False, default=str), payloads)


def kept_bytes(content: bytes) -> dict[str, Any]:
    """What may be written down of a file: never any of it."""
    return {"sha256": sha256(content).hexdigest(), "bytes": len(content)}


def beginning(text: str) -> str:
    """The first 300 characters, with secrets and people's data masked; storable in any database."""
    shown = text[:LOOKED_AT_SIGNS].replace("\0", "").encode("utf-8", "replace").decode()
    for pattern, mask in MASKS:
        shown = pattern.sub(mask, shown)
    return shown if len(shown) <= KEPT_SIGNS else f"{shown[:KEPT_SIGNS]}…"


_DIGIT_RUN = r"\d(?:[ \u00a0./()-]{0,3}\d)"
MASKS = (
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*-----|\Z)", re.DOTALL), "[key]"),
    (re.compile(r"(?i)\b(?:bearer|basic)\s+[\w.~+/=-]{8,}"), "[key]"),
    (re.compile(r"\beyJ[\w-]{10,}\.[\w-]+(?:\.[\w-]*)?"), "[key]"),
    (
        re.compile(r"(?i)\b((?:api[_ -]?key|password|passwort|passwd|secret|token)\"?\s*[:=]\s*\"?)[^\s\"',;]{4,}"),
        r"\1[key]",
    ),
    (re.compile(r"\b(?:sk|pk|rk|xai|gsk|hf|ghp|gho|glpat|xox[abprs]|AKIA|AIza)[-_]?[\w-]{12,}"), "[key]"),
    (re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"), "[mail]"),
    (re.compile(r"\b[A-Z]{2}\d{2}(?:[ \u00a0]?[A-Z0-9]{4}){2,7}(?:[ \u00a0]?[A-Z0-9]{1,3})?\b"), "[account]"),
    (re.compile(r"(?<![\d.,])\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{1,7}(?![\d.,]\d)"), "[card]"),
    (re.compile(rf"(?<![\w.,])(?:\+|00){_DIGIT_RUN}{{6,14}}(?!\d)"), "[phone]"),
    (re.compile(r"(?<![\w.,/-])\(?0\d{1,5}\)?[ /-]{1,3}\d{2,4}(?:[ -]?\d{2,4}){1,4}(?!\d)"), "[phone]"),
    (re.compile(r"(?<![\w.,/-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\d)"), "[phone]"),
    (re.compile(r"\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z0-9_-]{32,}\b"), "[key]"),
)
"""Patterns and what stands in their place, in order: what is surely a secret first, any long word with digits last."""
