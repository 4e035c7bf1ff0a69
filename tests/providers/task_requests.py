"""A request for each task about one small course, and an answer that is fine."""

from __future__ import annotations

from typing import Any

from coursecrafter.gateway.ports import Brief, TextRequest

TEXT = "The pump by KSB moves 40 l of water in a minute. Open the valve before you start it, and never run it dry."
FRENCH = "La pompe de KSB déplace 40 l d'eau par minute. Ouvrez la vanne avant de la mettre en marche, {name}."
PARAGRAPHS: list[list[Any]] = [
    ["A pump that runs dry destroys its seal. For example, a seal that ran dry for two minutes had to be replaced.", 3],
    ["The office opens at nine.", None],
]
SCENES = [
    {"ref": "slide 1", "heading": "Starting the pump", "texts": ["Open the valve", "Never run it dry"], "notes": TEXT},
    {"ref": "slide 2", "heading": "Looking after it", "texts": ["Check the seal every month"], "notes": ""},
]
SLIDES = [
    {"ref": "slide 1", "title": "Starting the pump", "texts": ["Open the valve", "Never run it dry", TEXT]},
    {
        "ref": "slide 2",
        "title": "Looking after it",
        "texts": ["Check the seal every month"],
        "tables": [[["Part", "Interval"], ["Seal", "month"]]],
    },
]
BRIEF = Brief(
    audience_level="beginner", audience_role="fitter", region="", domain="Plumbing", tone="friendly", about=""
)
PAYLOADS: dict[str, dict[str, Any]] = {
    "outline": {
        "title": "Pumps",
        "scenes": SCENES,
        "documents": [{"title": "Handbook.pdf", "paragraphs": PARAGRAPHS}],
        "max_words_per_scene": 40,
    },
    "quiz": {"title": "Pumps", "slides": SLIDES, "max_questions": 3},
    "key_points": {"slides": SLIDES},
    "summary": {"paragraphs": [*PARAGRAPHS, [TEXT, 4]], "sentences": 2},
    "script": {"title": "Pumps", "heading": "Starting", "points": ["Open the valve"], "notes": TEXT, "max_words": 40},
    "image_prompt": {"heading": "Starting the pump", "texts": ["Open the valve"], "style": "flat illustration"},
    "rewrite": {"text": TEXT},
    "summarise": {"text": TEXT, "max_words": 15},
    "extend": {"text": TEXT, "paragraphs": PARAGRAPHS},
    "simplify": {"text": TEXT},
    "change_style": {"text": TEXT, "style": "friendly"},
    "add_example": {"text": TEXT, "paragraphs": PARAGRAPHS},
    "suggest_illustration": {"text": TEXT},
    "alt_text": {"heading": "Starting the pump", "texts": ["Open the valve"]},
    "interaction": {"text": TEXT, "kind": None},
    "translate": {"texts": [FRENCH, ""], "to": "en-GB"},
}
SENTENCE = "Open the valve before you start the pump, and never run it dry."
REWRITTEN = (
    "In one minute the pump by KSB moves 40 l of water. Before you start it, open the valve. Never let it run dry."
)
ANSWERS: dict[str, dict[str, Any]] = {
    "outline": {
        "scenes": [
            {"ref": None, "heading": "Pumps", "segments": [{"text": "Welcome to our course on pumps.", "refs": []}]},
            {
                "ref": "slide 1",
                "heading": "Starting the pump",
                "segments": [
                    {"text": SENTENCE, "refs": ["slide 1", "notes 1"]},
                    {"text": "A pump that runs dry destroys its seal.", "refs": ["Handbook.pdf p. 3"]},
                ],
            },
            {
                "ref": "slide 2",
                "heading": "Looking after it",
                "segments": [{"text": "Check the seal of the pump every month.", "refs": ["slide 2"]}],
            },
        ]
    },
    "quiz": {
        "questions": [
            {
                "text": "What do you open before you start the pump?",
                "type": "mcq_single",
                "options": ["The valve", "The seal", "The office"],
                "correct": [0],
                "feedback": [
                    "Right, the valve.",
                    "No, the seal stays closed.",
                    "No, the office has nothing to do with it.",
                ],
                "ref": "slide 1",
            },
            {
                "text": "How often is the seal checked?",
                "type": "short_answer",
                "options": [],
                "correct": ["every month", "monthly"],
                "feedback": ["The seal is checked every month."],
                "ref": "slide 2",
            },
        ]
    },
    "key_points": {
        "kind": "accordion",
        "title": "What to remember",
        "items": [
            {"title": "Starting the pump", "text": SENTENCE, "ref": "slide 1"},
            {"title": "Looking after it", "text": "Check the seal every month.", "ref": "slide 2"},
        ],
    },
    "summary": {
        "sentences": [
            {"text": "A pump that runs dry destroys its seal.", "page": 3},
            {"text": "Open the valve before you start the pump.", "page": 4},
        ]
    },
    "script": {"segments": [{"text": SENTENCE, "refs": ["points", "notes"]}]},
    "image_prompt": {
        "prompt": "A fitter in blue overalls opens the valve beside a grey pump, seen from the side, flat colours"
    },
    "rewrite": {"text": REWRITTEN},
    "summarise": {"text": "Open the valve before you start the pump; never run it dry."},
    "extend": {"text": f"{REWRITTEN} A pump that runs dry destroys its seal.", "refs": ["p. 3"]},
    "simplify": {"text": REWRITTEN},
    "change_style": {"text": REWRITTEN},
    "add_example": {
        "text": f"{TEXT} For example, a seal that ran dry for two minutes had to be replaced.",
        "refs": ["p. 3"],
    },
    "suggest_illustration": {
        "title": "Before you start the pump",
        "prompt": "A hand opens the valve of a pump; beside it a closed valve is crossed out",
        "alt_text": "A hand opens the valve before the pump is started.",
        "kind": "process",
    },
    "alt_text": {"text": "A hand opens the valve of the pump."},
    "interaction": {
        "kind": "steps",
        "title": "Starting the pump",
        "entries": [
            {"title": "Open the valve", "text": "Open the valve before you start the pump."},
            {"title": "Never run it dry", "text": "The pump must never run dry."},
        ],
    },
    "translate": {
        "texts": ["The pump by KSB moves 40 l of water in a minute. Open the valve before you start it, {name}.", ""]
    },
}


def request_of(task: str, language: str = "en-GB", **changes: Any) -> TextRequest:
    """The request of a task, with parts of its payload changed."""
    return TextRequest(task, language, {**PAYLOADS[task], **changes}, BRIEF)
