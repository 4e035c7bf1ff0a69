"""What no text of an answer may hold, whatever the task: markup, addresses, our words, a model's own voice. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from coursecrafter.gateway.providers.offline_text.language import words
from coursecrafter.gateway.tasks.keeping import ADDRESS

SHINGLE_WORDS = 7
SHOWN_CHARS = 60
MARKUP = re.compile(
    r"!?\[[^\]\n]*\]\([^)\n]*\)|```|~~~|^\s{0,3}#{1,6}\s|\*\*[^*\n]+\*\*|__[^_\n]+__|</?[a-z!][^<>]*>|<\|[^|>\n]{1,40}\|>"
    r"|\[/?(?:INST|SYS|TOOL_CALLS|SYSTEM)\]|&(?:[a-z]{2,8}|#\d{1,6});"
    r"|[\"'](?:role|tool_calls?|function_call|tool_use|name|arguments)[\"']\s*:"
    r"|^\s*(?:system|assistant|user|developer)\s*:",
    re.IGNORECASE | re.MULTILINE,
)
FENCE = re.compile(r"<{2,}\s*(?:DATA|END)\b|\b(?:DATA|END) [0-9a-f]{24}\b", re.IGNORECASE)
_OWN_VOICE = r"""
\bas an? (?:ai|artificial intelligence|language model|assistant)\b
|\bi(?:'m| am) (?:an? (?:ai|language model)|sorry, but)
|\bi can(?:'t|not) (?:help|assist|comply|fulfil)
|\bals (?:ki|sprachmodell|künstliche intelligenz)\b
|\ben tant qu(?:e |')(?:ia|modèle|intelligence artificielle|assistant)\b
|\bcomo (?:una? )?(?:ia|modelo de (?:lenguaje|linguagem)|inteligencia artificial|assistente de ia)\b
|\b(?:system|developer) prompt\b|\bsystemprompt\b|\bprompt système\b
|\b(?:my|meine|mes|mis|minhas) (?:instructions|anweisungen|instrucciones|instruções)\b
"""
OWN_VOICE = re.compile("".join(_OWN_VOICE.strip().split("\n")), re.IGNORECASE)


def markup_in(text: str, sources: Sequence[str]) -> list[str]:
    """Markup and forms of chat turns that no source has."""
    return _unknown([match[0].strip() for match in MARKUP.finditer(text)], sources)


def addresses_in(text: str, sources: Sequence[str]) -> list[str]:
    """Addresses that no source has, letter by letter."""
    return _unknown([match[0].rstrip(".,;:!?…") for match in ADDRESS.finditer(text)], sources)


def _unknown(found: Sequence[str], sources: Sequence[str]) -> list[str]:
    return [shown(hit) for hit in dict.fromkeys(found) if hit and not any(hit in source for source in sources)]


def leaks(text: str, system: str, sources: Sequence[str]) -> bool:
    """Whether a text repeats our instructions, or lines like the fence's that no source has."""
    has_fence = any(not any(match[0] in source for source in sources) for match in FENCE.finditer(text))
    return has_fence or not _ours(system).isdisjoint(_shingles(text))


@lru_cache(maxsize=64)
def _ours(system: str) -> frozenset[tuple[str, ...]]:
    return frozenset(_shingles(system))


def _shingles(text: str) -> set[tuple[str, ...]]:
    found = [word.casefold() for word in words(text)]
    return {tuple(found[at : at + SHINGLE_WORDS]) for at in range(len(found) - SHINGLE_WORDS + 1)}


def own_voice(text: str, sources: Sequence[str]) -> list[str]:
    """What a model says of itself, where no source says it."""
    return _unknown([match[0] for match in OWN_VOICE.finditer(text)], sources)


def shown(text: str) -> str:
    """The beginning of a text, for a complaint."""
    return text if len(text) <= SHOWN_CHARS else text[: SHOWN_CHARS - 1] + "…"
