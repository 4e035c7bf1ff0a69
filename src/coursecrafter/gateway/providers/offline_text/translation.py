"""What can be said of a translation without a model: that there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coursecrafter.gateway.providers.offline_text.notices import UNTRANSLATED, notices
from coursecrafter.gateway.providers.offline_text.passages import require_text


def write_translate(tag: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The texts as they are, marked as untranslated.

    Args:
        tag: BCP 47, of the notice.
        payload: `{"texts": [str], "to": tag}`.

    Returns:
        `{"texts", "method": "untranslated", "notice"}`, N texts for N.

    Raises:
        EmptySource: CC-0340.
    """
    texts = [str(text) for text in payload.get("texts") or ()]
    require_text(*texts)
    return {"texts": texts, "method": UNTRANSLATED, "notice": notices(tag).untranslated}
