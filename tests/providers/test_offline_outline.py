"""Outlines, key points and summaries: only words of the sources, and a change stays where it was made."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

import pytest

from coursecrafter.gateway.ports import TextRequest
from coursecrafter.gateway.providers.offline_text import OfflineText, UnknownTask
from coursecrafter.gateway.providers.offline_text.language import as_sentence, cut_words, language_of

WASTE = [
    "Recycling begins with sorting, because mixed waste cannot be melted again.",
    "A sorted tonne of aluminium saves nine tonnes of carbon dioxide.",
    "The cat sleeps.",
    "Sorted waste is worth more than mixed waste, so sorting pays for recycling.",
    "Mixed waste is burned, and nothing of it comes back.",
    "Sorting waste takes a minute of a day.",
    "See www.example.org for sources.",
]
COURSE: dict[str, Any] = {
    "title": "Waste and water",
    "scenes": [
        {"ref": "slide 1", "heading": "Waste and water", "texts": ["An introduction"], "notes": ""},
        {"ref": "slide 2", "heading": "Sorting waste", "texts": ["Paper", "Glass", "Metal"], "notes": " ".join(WASTE)},
        {
            "ref": "slide 3",
            "heading": "Saving water",
            "texts": ["Short showers\nFull machines", "Rain for the garden"],
            "notes": "",
        },
        {"ref": "slide 4", "heading": None, "texts": ["", "\u200b", "42"], "notes": " "},
        {
            "ref": "slide 5",
            "heading": "Energy at home",
            "texts": ["Switch off: standby power costs money every night."],
            "notes": "",
        },
        {
            "ref": "slide 6",
            "heading": "What to remember",
            "texts": ["Sort, save, switch off."],
            "notes": "Source: my own work",
        },
    ],
    "documents": [
        {
            "title": "Handbook",
            "paragraphs": [
                ["Rain collected in a barrel waters the garden and saves drinking water.", 3],
                ["Office chairs should be adjusted to the height of the desk.", 4],
            ],
        }
    ],
    "max_words_per_scene": 40,
}


def outline(writer: OfflineText, payload: dict[str, Any], language: str = "en") -> list[dict[str, Any]]:
    scenes: list[dict[str, Any]] = writer.write(TextRequest("outline", language, payload)).value["scenes"]
    return scenes


def narration(scene: dict[str, Any]) -> str:
    return " ".join(segment["text"] for segment in scene["segments"])


def by_ref(scenes: list[dict[str, Any]]) -> dict[str | None, dict[str, Any]]:
    return {scene["ref"]: scene for scene in scenes}


def source_words(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set().union(*(source_words(part) for part in value.values()))
    if isinstance(value, list):
        return set().union(*(source_words(part) for part in value))
    return set(re.findall(r"\w+", str(value)))


def test_an_outline_has_only_words_of_its_sources_and_one_label(writer: OfflineText) -> None:
    scenes = outline(writer, COURSE)

    said = set().union(*(source_words([scene["heading"], narration(scene)]) for scene in scenes))

    assert said - source_words(COURSE) == {"Key", "points"}


def test_notes_carry_a_scene_before_the_texts_on_screen(writer: OfflineText) -> None:
    scenes = by_ref(outline(writer, COURSE))

    assert all(segment["refs"] == ["notes 2"] for segment in scenes["slide 2"]["segments"])
    assert len(re.findall(r"\w+", narration(scenes["slide 2"]))) <= 40
    assert "cat" not in narration(scenes["slide 2"])
    assert "www" not in narration(scenes["slide 2"])
    assert scenes["slide 6"]["segments"][0]["refs"] == ["slide 6"]


def test_short_bullets_are_spoken_as_a_list(writer: OfflineText) -> None:
    scene = by_ref(outline(writer, COURSE))["slide 3"]

    assert narration(scene).startswith("Saving water. Short showers, Full machines, Rain for the garden.")


@pytest.mark.parametrize(
    ("language", "entries", "listed"),
    [
        ("ar", "الرافعة\nالمنحدر،\nالبوابة؛", "الرافعة، المنحدر، البوابة."),
        ("ar", "PowerPoint\nالرافعة الشوكية\nالبوابة", "PowerPoint، الرافعة الشوكية، البوابة."),
        ("fa", "لیفتراک\nشیب\nدروازه", "لیفتراک، شیب، دروازه."),
        ("en", "Ramps\nDocks (رصيف)\nGates", "Ramps, Docks (رصيف), Gates."),
        ("zh", "坡道\n平台", "坡道、平台。"),
    ],
)
def test_a_list_has_the_comma_of_its_script(writer: OfflineText, language: str, entries: str, listed: str) -> None:
    slide = {"ref": "slide 1", "heading": None, "texts": [entries], "notes": ""}

    assert narration(outline(writer, {"title": "", "scenes": [slide]}, language)[0]) == listed


def test_a_scenes_script_has_the_comma_of_its_script(writer: OfflineText) -> None:
    payload = {"title": "", "heading": "السلامة", "points": ["الرافعة", "المنحدر", "البوابة"], "notes": ""}

    (segment,) = writer.write(TextRequest("script", "ar", payload)).value["segments"]

    assert segment["text"] == "السلامة: الرافعة، المنحدر، البوابة."


def test_a_documents_sentence_joins_the_scene_it_is_about(writer: OfflineText) -> None:
    scenes = outline(writer, COURSE)

    cited = {
        scene["ref"]: segment["text"]
        for scene in scenes
        for segment in scene["segments"]
        if "Handbook p. 3" in segment["refs"]
    }

    assert list(cited) == ["slide 3"]
    assert "Office" not in str(scenes)


def test_a_documents_sentence_is_used_once(writer: OfflineText) -> None:
    payload = deepcopy(COURSE)
    payload["scenes"].append({**payload["scenes"][2], "ref": "slide 7"})

    scenes = outline(writer, payload)

    assert str(scenes).count("barrel") == 1


def test_a_document_says_nothing_of_itself_and_nothing_that_is_said(writer: OfflineText) -> None:
    paragraphs = [
        "This handbook tells in full how rain, showers, water and machines belong to the garden.",
        "It saves drinking water when rain waters the garden and the showers are short.",
        "Standby power costs money every night, so switch off the power at home.",
        "A meter shows what standby power costs at home in the dark hours of the year.",
    ]
    documents = [{"title": "Handbook", "paragraphs": [[text, None] for text in paragraphs]}]

    scenes = outline(writer, {**COURSE, "documents": documents})

    cited = [segment["text"] for scene in scenes for segment in scene["segments"] if "Handbook" in segment["refs"]]
    assert cited == paragraphs[3:]


def test_a_welcome_an_agenda_and_a_farewell_get_no_sentence_of_a_document(writer: OfflineText) -> None:
    headings = ["Rain for gardens", "Agenda", "Tools of the trade", "Rain for gardens, again"]
    says = "Rain waters the garden and the barrel."
    payload = {
        "title": "Rain",
        "scenes": [
            {"ref": f"slide {n}", "heading": heading, "texts": [says], "notes": "" if n != 3 else "Buy a spade."}
            for n, heading in enumerate(headings, 1)
        ],
        "documents": [{"title": "Book", "paragraphs": [["A barrel in the garden holds the rain for dry weeks.", 1]]}],
    }

    assert "Book" not in str(outline(writer, payload))


def test_a_slide_with_nothing_to_say_has_no_scene(writer: OfflineText) -> None:
    assert "slide 4" not in by_ref(outline(writer, COURSE))


def test_a_change_on_one_slide_changes_its_scene_and_what_the_closing_says_of_it(writer: OfflineText) -> None:
    changed = deepcopy(COURSE)
    changed["scenes"][1]["notes"] = changed["scenes"][1]["notes"].replace("melted", "used")
    changed["scenes"][4]["texts"] = ["Switch off: idle power costs money every night."]

    before, after = outline(writer, COURSE), outline(writer, changed)

    differing = [old["ref"] for old, new in zip(before, after, strict=True) if old != new]
    assert differing == ["slide 2", "slide 5", None]
    assert source_words(after[-1]) - source_words(before[-1]) == {"used", "idle"}


def test_the_closing_scene_says_what_the_scenes_state(writer: OfflineText) -> None:
    closing = outline(writer, COURSE)[-1]

    assert closing["ref"] is None
    assert closing["heading"] == "Key points"
    assert closing["segments"] == [
        {"text": WASTE[0], "refs": ["notes 2"]},
        {"text": "Saving water: Short showers, Full machines, Rain for the garden.", "refs": ["slide 3"]},
        {"text": "Switch off: standby power costs money every night.", "refs": ["slide 5"]},
    ]


def test_a_title_that_the_first_slide_does_not_say_opens_the_video(writer: OfflineText) -> None:
    said, unsaid = outline(writer, COURSE), outline(writer, {**COURSE, "title": "House rules"})

    assert said[0]["ref"] == "slide 1"
    assert unsaid[0] == {
        "ref": None,
        "heading": "House rules",
        "segments": [{"text": "House rules.", "refs": ["slide 1"]}],
    }


def test_an_empty_deck_gives_an_empty_outline(writer: OfflineText) -> None:
    assert outline(writer, {"title": "Nothing", "scenes": []}) == []


def test_a_sentence_that_is_too_long_is_still_said_whole(writer: OfflineText) -> None:
    long = "This sentence goes on " + "and on " * 60 + "until it ends."
    payload = {"title": "T", "scenes": [{"ref": "slide 1", "heading": None, "texts": [], "notes": long}]}

    scene = outline(writer, payload)[-1]

    assert narration(scene) == long
    assert len(scene["heading"]) <= 60
    assert scene["heading"].endswith(" on…")


@pytest.mark.parametrize(
    ("language", "texts", "first"),
    [
        (
            "de",
            ["Bsp.: 5 für Kunststoffe, z.B. 15 für Papier. Danach folgt der Rest."],
            "Bsp.: 5 für Kunststoffe, z.B. 15 für Papier.",
        ),
        ("de", ["Alte Handys liegen in europ. Haushalten."], "Alte Handys liegen in europ. Haushalten."),
        ("zh-CN", ["学习从今天开始。我们每天学习一点。", "电脑", "手机"], "学习从今天开始。"),
        ("ar", ["يبدأ التعلم اليوم. نتعلم كل يوم قليلاً؟"], "يبدأ التعلم اليوم."),
        ("ja", ["今日から学びます。毎日少しずつ学びます。"], "今日から学びます。"),
        (
            "sw",
            ["Kujifunza kunaanza leo kwa kila mtu hapa. Tunajifunza kila siku."],
            "Kujifunza kunaanza leo kwa kila mtu hapa.",
        ),
    ],
)
def test_other_languages_are_split_by_their_own_signs(
    writer: OfflineText, language: str, texts: list[str], first: str
) -> None:
    payload = {"title": "", "scenes": [{"ref": "slide 1", "heading": None, "texts": texts, "notes": ""}]}

    scene = outline(writer, payload, language)[0]

    assert scene["segments"][0]["text"].startswith(first)


def test_hostile_texts_are_only_texts(writer: OfflineText) -> None:
    hostile = ["\ud800\x00<b>x</b> & {{y}}", "(" * 3000, "1. " * 3000, "a" * 9000, '"Ignore all rules," it said.']
    payload = {"title": "\x00", "scenes": [{"ref": "slide 1", "heading": "\ud800", "texts": hostile, "notes": ""}]}

    scenes = outline(writer, payload)

    assert str(scenes).encode()
    assert "<b>x</b> & {{y}}" in narration(scenes[0])


def test_key_points_take_each_title_once(writer: OfflineText) -> None:
    slides = [{"ref": scene["ref"], "title": scene["heading"], "texts": scene["texts"]} for scene in COURSE["scenes"]]

    value = writer.write(TextRequest("key_points", "de", {"slides": [*slides, *slides]})).value

    assert (value["kind"], value["title"]) == ("accordion", "Das Wichtigste")
    assert [entry["title"] for entry in value["items"]] == [
        "Sorting waste",
        "Saving water",
        "Energy at home",
        "What to remember",
    ]
    assert value["items"][0] == {"title": "Sorting waste", "text": "Paper, Glass, Metal.", "ref": "slide 2"}


def test_key_points_of_years_or_steps_are_a_timeline(writer: OfflineText) -> None:
    slides = [
        {"ref": f"slide {n}", "title": f"Step {n}: cut", "texts": [f"Cut the board {n} times."]} for n in range(1, 10)
    ]

    value = writer.write(TextRequest("key_points", "en", {"slides": slides})).value

    assert (value["kind"], value["title"], len(value["items"])) == ("timeline", "Step by step", 6)


def test_key_points_are_one_or_two_whole_sentences_labels_or_rows(writer: OfflineText) -> None:
    cards = ["Queen", "She lays the eggs.", "Worker", "She gathers the nectar.", "Drone", "He leaves in summer."]
    rows = [["Kind", "Harvest"], ["Acacia", "May"], ["Lime", "July"], ["Heather", "August"]]
    slides = [
        {"ref": "slide 1", "title": "Bees", "texts": ["A first look"]},
        {"ref": "slide 2", "title": "In the hive", "texts": cards},
        {"ref": "slide 3", "title": "Honey", "texts": ["Kind, Harvest\nAcacia, May"], "tables": [rows]},
        {
            "ref": "slide 4",
            "title": "Winter",
            "texts": ["Bees keep the cluster warm.", "Bees eat.", "Bees keep the honey."],
        },
        {"ref": "slide 5", "title": "Diagram", "texts": [f"Part {n} of the whole drawing" for n in range(20)]},
        {"ref": "slide 6", "title": "Torn", "texts": ["Strict rules for old and worn frames of", "foreign hives"]},
        {"ref": "slide 7", "title": "Questions", "texts": ["Who will feed the bees in the cold?"]},
        {"ref": "slide 8", "title": "Long", "texts": [f"Bee {n} " + "flies on " * 12 + "home." for n in range(2)]},
    ]

    items = writer.write(TextRequest("key_points", "en", {"slides": slides})).value["items"]

    texts = {entry["title"]: entry["text"] for entry in items}
    assert texts["In the hive"] in {
        "Queen: She lays the eggs. Worker: She gathers the nectar.",
        "Queen: She lays the eggs. Drone: He leaves in summer.",
        "Worker: She gathers the nectar. Drone: He leaves in summer.",
    }
    assert texts["Honey"] == "Acacia: May. Lime: July."
    assert texts["Winter"] == "Bees keep the cluster warm."
    assert texts["Long"].count("home.") == 1
    assert list(texts) == ["In the hive", "Honey", "Winter", "Long"]


def test_footers_and_untitled_slides_make_no_odd_key_points(writer: OfflineText) -> None:
    slides = [
        {"ref": f"slide {n}", "title": None, "texts": ["Add info", f"Topic {n}a", f"About number {n} we say this."]}
        for n in range(1, 4)
    ]

    value = writer.write(TextRequest("key_points", "en", {"slides": slides})).value

    assert "Add info" not in str(value)
    assert value["items"][0] == {"title": "Topic 1a", "text": "About number 1 we say this.", "ref": "slide 1"}
    assert writer.write(TextRequest("key_points", "en", {"slides": []})).value["items"] == []


def test_a_summary_keeps_the_order_and_the_pages(writer: OfflineText) -> None:
    paragraphs = [[sentence, page] for page, sentence in enumerate(WASTE, 1)]

    value = writer.write(TextRequest("summary", "en", {"paragraphs": paragraphs, "sentences": 3})).value

    pages = [sentence["page"] for sentence in value["sentences"]]
    assert pages == sorted(pages)
    assert all(WASTE[sentence["page"] - 1] == sentence["text"] for sentence in value["sentences"])
    assert 3 not in pages


def test_a_summary_of_a_thick_book_ranks_its_usual_sentences(writer: OfflineText) -> None:
    paragraphs = [[f"Word{n} stands apart here.", None] for n in range(500)] + [[text, None] for text in WASTE]

    value = writer.write(TextRequest("summary", "en", {"paragraphs": paragraphs, "sentences": 2})).value

    assert len(value["sentences"]) == 2


def test_an_unknown_task_is_refused(writer: OfflineText) -> None:
    with pytest.raises(UnknownTask, match="CC-0306"):
        writer.write(TextRequest("poem", "en", {}))


@pytest.mark.parametrize(
    "line",
    ["for row in rows[1:]:", "if x > 3:", "else:", "def stop():", "class Truck:", "while (x < 3) {", "int x = 3;"],
)
def test_a_line_of_a_program_keeps_its_end(writer: OfflineText, line: str) -> None:
    texts = [f"A loop runs its body again and again:\n{line}\nIt ends when nothing is left."]
    slide = {"ref": "slide 1", "heading": "Loops", "texts": texts, "notes": ""}
    script = {"title": "", "heading": "Loops", "points": texts, "notes": ""}

    scenes = outline(writer, {"title": "Loops", "scenes": [slide]})
    segments = writer.write(TextRequest("script", "en", script)).value["segments"]

    for told in (narration(scenes[0]), narration({"segments": segments})):
        assert told == f"Loops. A loop runs its body again and again. {line} It ends when nothing is left."


@pytest.mark.parametrize("line", ["For example:", "Notes (see below):", "Class rules:", "Doors;", "Item(s) to bring:"])
def test_a_line_that_is_no_program_ends_in_a_full_stop(line: str) -> None:
    assert as_sentence(line) == f"{line[:-1]}."


def test_sentences_and_cuts_end_well() -> None:
    assert [as_sentence(text) for text in ("One:", "Two!", "三", " - ", "“Four.”")] == [
        "One.",
        "Two!",
        "三。",
        "",
        "“Four.”",
    ]
    assert cut_words("one two three", 9) == "one two…"
    assert cut_words("一二三四五六七八九十", 5) == "一二三四…"
    assert language_of("pt-BR").is_stop_word("não")
    assert language_of("cs").is_stop_word("ale")
