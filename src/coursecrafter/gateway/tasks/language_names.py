"""Names of languages, so that a model is told one of ours and never a text that a file claims to be a language."""

from __future__ import annotations

import re

NAMES = {
    "ar": "Arabic",
    "bg": "Bulgarian",
    "ca": "Catalan",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "et": "Estonian",
    "eu": "Basque",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "ga": "Irish",
    "gl": "Galician",
    "he": "Hebrew",
    "hi": "Hindi",
    "hr": "Croatian",
    "hu": "Hungarian",
    "id": "Indonesian",
    "is": "Icelandic",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "ms": "Malay",
    "nb": "Norwegian Bokmål",
    "nl": "Dutch",
    "nn": "Norwegian Nynorsk",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sk": "Slovak",
    "sl": "Slovenian",
    "sr": "Serbian",
    "sv": "Swedish",
    "sw": "Swahili",
    "ta": "Tamil",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
    "zh": "Chinese",
}
_TAG = re.compile(r"([a-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|\d{3}))?(?:-.*)?")


def language_name(tag: str) -> str:
    """A language as it is named in a prompt: "German (de-AT)"; its tag alone where we have no name for it.

    Only language, script and region of a BCP 47 tag are kept; what is no tag gives "English (en)".
    """
    match = _TAG.fullmatch(tag.strip().replace("_", "-"))
    if match is None:
        return f"{NAMES['en']} (en)"
    code, script, region = match[1], match[2], match[3]
    bare = "-".join(part for part in (code, script.title() if script else "", region.upper() if region else "") if part)
    return f"{NAMES[code]} ({bare})" if code in NAMES else f"the language with the tag {bare}"


def is_language(tag: str) -> bool:
    """Whether we have a name for a tag's language."""
    match = _TAG.fullmatch(tag.strip().replace("_", "-"))
    return match is not None and match[1] in NAMES
