"""Builds: what appears when, in words."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from coursecrafter.domain.deck import BlockKind, Deck, Trigger
from coursecrafter.ingest.deck_parser import main, parse_deck
from coursecrafter.ingest.deck_reader import UnreadableDeck, read_deck
from coursecrafter.ingest.figure_text import chart_blocks, diagram_blocks
from coursecrafter.ingest.guard import DeckWithoutSlides
from coursecrafter.ingest.office import undrawn
from coursecrafter.ingest.package import NAMESPACES, PML
from coursecrafter.ingest.slide_text import paragraph_text
from coursecrafter.ingest.timing import (
    CHARACTERS,
    CHART,
    EMPHASIS,
    INNER_PART,
    INTERACTIVE,
    PATH,
    SMART_ART,
    read_states,
)
from deck_kinds import LONG_TITLE, Drawn, number_of
from decks import Effect, Sketch, add_box, add_table, add_text, appear, leave, make_deck, rewrite_parts, timing_xml

START, CLICK, AFTER = Trigger.START, Trigger.CLICK, Trigger.AFTER


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("shape", [(START, "By shape"), (CLICK, "A box")]),
        ("with", [(START, "With\nWhat follows by itself"), (CLICK, "What stands there\nWhat comes with it")]),
        (
            "after",
            [(START, "After\nWhat comes with it"), (CLICK, "What stands there"), (AFTER, "What follows by itself")],
        ),
        ("opening", [(START, "Opening\nWhat stands there\nWhat follows by itself"), (AFTER, "What comes with it")]),
        (
            "exit",
            [(START, "Exit\nWhat stands there\nWhat follows by itself"), (CLICK, ""), (CLICK, "What comes with it")],
        ),
        ("emphasis", [(START, "Emphasis\nWhat stands there\nWhat follows by itself"), (CLICK, "What comes with it")]),
        ("picture", [(START, "Picture"), (CLICK, "")]),
        ("connector", [(START, "Connector\nPump"), (CLICK, ""), (CLICK, "Valve")]),
        ("table", [(START, "Table"), (CLICK, "Part, Price\nPump, 40")]),
        ("group", [(START, "Group"), (CLICK, "One\nTwo")]),
        ("title", [(START, "What is there"), (CLICK, "Title comes late")]),
        ("chart", [(START, "Chart"), (CLICK, "Sales by region")]),
        ("surface", [(START, "Surface"), (CLICK, "Surface and text"), (CLICK, "")]),
        ("no text", [(START, "")]),
        ("arabic", [(START, "مقدمة في السلامة\nالخطوة الأولى"), (CLICK, "الخطوة الثانية")]),
        ("chinese", [(START, "安全培训\n第一步：检查设备"), (CLICK, "第二步：启动")]),
        ("long", [(START, LONG_TITLE)]),
        ("numbered", [(START, "Numbered")]),
    ],
)
def test_text_is_read_when_it_appears(drawn: Drawn, kind: str, expected: list[tuple[Trigger, str]]) -> None:
    builds = drawn.slide(kind).builds

    assert [(build.trigger, build.text) for build in builds] == expected
    assert [build.index for build in builds] == list(range(len(builds)))


def test_paragraphs_appear_one_by_one(drawn: Drawn) -> None:
    builds = drawn.slide("paragraph").builds

    assert len(builds) == 10
    assert all(len(build.blocks) == 1 and build.blocks[0].is_bullet for build in builds[1:])


def test_a_table_keeps_its_cells(drawn: Drawn) -> None:
    (block,) = drawn.slide("table").builds[1].blocks

    assert block.kind is BlockKind.TABLE
    assert block.rows == (("Part", "Price"), ("Pump", "40"))


@pytest.mark.parametrize(
    ("kind", "caveat"), [("chart", CHART), ("path", PATH), ("characters", CHARACTERS), ("emphasis", EMPHASIS)]
)
def test_what_cannot_be_drawn_is_named(drawn: Drawn, kind: str, caveat: str) -> None:
    assert drawn.slide(kind).caveats == (caveat,)


def test_hidden_slides_are_skipped_and_counted(drawn: Drawn) -> None:
    assert drawn.deck.hidden == (number_of("hidden"),)
    assert number_of("hidden") not in {slide.number for slide in drawn.deck.slides}


def test_notes_titles_and_descriptions_are_kept(drawn: Drawn) -> None:
    assert drawn.slide("numbered").notes == "Say hello.\nThen go on."
    assert drawn.slide("picture").alt_texts == ("Two stripes",)
    assert drawn.slide("no text").title is None
    assert drawn.deck.title == "All kinds"


def test_a_deck_survives_its_json(drawn: Drawn) -> None:
    assert Deck.from_json(drawn.deck.to_json()) == drawn.deck


def test_equal_slides_share_a_key_and_others_do_not(drawn: Drawn) -> None:
    keys = [build.picture_key for slide in drawn.deck.slides for build in slide.builds]

    assert drawn.slide("repeated").builds[0].picture_key == drawn.slide("repeated again").builds[0].picture_key
    assert len(set(keys)) == len(keys) - 1


def _keys(path: Path, sketches: list[Sketch]) -> list[str]:
    return [slide.builds[0].picture_key for slide in read_deck(make_deck(path, sketches)).slides]


def test_one_word_changes_one_key(tmp_path: Path) -> None:
    before = _keys(tmp_path / "a.pptx", [Sketch("One", ("Text",)), Sketch("Two", ("Text",), notes="Old")])
    after = _keys(tmp_path / "b.pptx", [Sketch("One", ("Word",)), Sketch("Two", ("Text",), notes="New")])

    assert before[0] != after[0]
    assert before[1] == after[1]


def test_a_key_does_not_hang_on_the_place_in_the_deck(tmp_path: Path) -> None:
    alone = _keys(tmp_path / "a.pptx", [Sketch("Two")])
    behind = _keys(tmp_path / "b.pptx", [Sketch("One"), Sketch("Two")])

    assert alone[0] == behind[1]


def test_a_key_follows_the_theme_and_the_size(tmp_path: Path) -> None:
    wide = make_deck(tmp_path / "a.pptx", [Sketch("One")])
    other_font = make_deck(tmp_path / "b.pptx", [Sketch("One")], font="Noto Serif")
    narrow = make_deck(tmp_path / "c.pptx", [Sketch("One")], size_in=(10, 7.5))

    assert len({read_deck(path).slides[0].builds[0].picture_key for path in (wide, other_font, narrow)}) == 3


def test_missing_fonts_are_named(tmp_path: Path) -> None:
    deck = read_deck(make_deck(tmp_path / "a.pptx", [Sketch("One")], font="Corporate Sans"))

    (font,) = deck.missing_fonts
    assert font.name == "Corporate Sans"
    assert font.substitute
    assert font.sentence.endswith(f"{font.substitute} stands in, and lines may break elsewhere.")


def test_a_font_with_the_same_widths_is_named_as_such(tmp_path: Path) -> None:
    deck = read_deck(make_deck(tmp_path / "a.pptx", [Sketch("One")], font="Cambria"))

    assert [font.sentence for font in deck.missing_fonts] == [
        "The font “Cambria” is missing; Caladea, which has its widths, stands in."
    ]
    assert Deck.from_json(deck.to_json()) == deck


def test_a_deck_that_was_read_before_knows_its_fonts_by_name(drawn: Drawn) -> None:
    kept = {**drawn.deck.to_json(), "missing_fonts": ["Corporate Sans"]}

    assert Deck.from_json(kept).caveats([])[0] == "The font “Corporate Sans” is missing on this machine."


def test_the_caveats_of_slides_name_their_slide(drawn: Drawn) -> None:
    number = number_of("path")

    assert drawn.deck.caveats([number])[-1] == f"Slide {number}: {PATH}"


def test_characters_that_no_font_draws_are_named(tmp_path: Path) -> None:
    # An emoji on many machines; on any some of the rarest Chinese characters.
    missing = next(char for char in map(chr, range(0x30000, 0x32000)) if undrawn(char))
    table = Sketch("Doors", draw=lambda slide: add_table(slide, "Table", [["Sign", missing]]))

    deck = read_deck(make_deck(tmp_path / "a.pptx", [Sketch("Doors → exits"), table]))

    assert deck.caveats([1, 2])[-1:] == (f"Slide 2: No font on this machine draws {missing}: boxes stand there.",)
    assert deck.slides[0].caveats == ()


def test_what_is_played_on_a_slide_is_named(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"any")
    sketch = Sketch("Film", draw=lambda slide: slide.shapes.add_movie(str(film), 0, 0, 900_000, 900_000))

    (slide,) = read_deck(make_deck(tmp_path / "a.pptx", [sketch])).slides

    assert [(clip.name, clip.build, clip.is_sound) for clip in slide.clips] == [("film.mp4", 0, False)]
    assert slide.caveats == ()


def test_axes_are_read_after_the_title_of_their_chart() -> None:
    names = "".join(f'xmlns:{prefix}="{NAMESPACES[prefix]}" ' for prefix in ("c", "a"))

    def title(text: str) -> str:
        return f"<c:title><c:tx><c:rich><a:p><a:r><a:t>{text}</a:t></a:r></a:p></c:rich></c:tx></c:title>"

    chart = etree.fromstring(
        f"<c:chartSpace {names}><c:chart>{title('Sales')}<c:plotArea><c:catAx>{title('Region')}</c:catAx>"
        f"<c:valAx><c:delete val='1'/>{title('Hidden')}</c:valAx><c:valAx><c:delete val='0'/>{title('Euro')}</c:valAx>"
        "</c:plotArea></c:chart></c:chartSpace>"
    )

    assert [block.text for block in chart_blocks(chart, paragraph_text)] == ["Sales", "Region", "Euro"]


def test_a_diagram_is_read_as_its_outline_has_it() -> None:
    names = "".join(f'xmlns:{prefix}="{NAMESPACES[prefix]}" ' for prefix in ("dgm", "a"))
    points = [("0", "doc", ""), ("3", "", "Third"), ("1", "node", "First"), ("2", "asst", "Below"), ("9", "", "Loose")]
    points += [("7", "parTrans", "unread"), ("4", "", "Ring")]
    listed = "".join(
        f'<dgm:pt modelId="{one}"{f" type={chr(34)}{kind}{chr(34)}" if kind else ""}>'
        f"<dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>"
        for one, kind, text in points
    )
    pairs = [("0", "3", "1"), ("0", "1", "0"), ("1", "2", "0"), ("2", "4", "x"), ("4", "1", "0")]
    connections = "".join(
        f'<dgm:cxn modelId="c{nth}" srcId="{source}" destId="{target}" srcOrd="{order}"/>'
        for nth, (source, target, order) in enumerate(pairs)
    )
    model = etree.fromstring(
        f"<dgm:dataModel {names}><dgm:ptLst>{listed}</dgm:ptLst><dgm:cxnLst>{connections}"
        '<dgm:cxn type="presOf" srcId="9" destId="3"/></dgm:cxnLst></dgm:dataModel>'
    )

    assert [(block.text, block.level) for block in diagram_blocks(model, paragraph_text)] == [
        ("First", 0),
        ("Below", 1),
        ("Ring", 2),
        ("Third", 0),
        ("Loose", 0),
    ]


def test_a_deck_of_hidden_slides_only_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeckWithoutSlides):
        read_deck(make_deck(tmp_path / "a.pptx", [Sketch("One", is_hidden=True)]))


def test_a_deck_with_damaged_xml_is_unreadable(tmp_path: Path) -> None:
    path = make_deck(tmp_path / "a.pptx", [Sketch("One")])
    rewrite_parts(path, {"ppt/slides/slide1.xml": b"<p:sld><unclosed>"})

    with pytest.raises(UnreadableDeck) as caught:
        read_deck(path)

    assert "XMLSyntaxError" in caught.value.detail


def test_a_deck_without_properties_takes_its_first_title_and_a_fixed_date(tmp_path: Path) -> None:
    path = make_deck(tmp_path / "a.pptx", [Sketch(None), Sketch("First\vtitle")], title="PowerPoint Presentation")

    assert parse_deck(path)["title"] == "First title"
    rewrite_parts(path, {"docProps/core.xml": None})
    assert parse_deck(path)["modified"] == "2000-01-01T00:00:00Z"


def test_a_deck_without_any_title_is_called_by_its_file(tmp_path: Path) -> None:
    assert parse_deck(make_deck(tmp_path / "Pump training.pptx", [Sketch(None)]))["title"] == "Pump training"


@pytest.mark.parametrize(
    "written", ["yesterday", "1601-01-01T00:00:00Z", "0001-01-01T00:00:00+05:00", "0999-01-01", "9999-12-31T23:59:59Z"]
)
def test_a_date_that_is_none_is_left_out(written: str, tmp_path: Path) -> None:
    path = make_deck(tmp_path / "a.pptx", [Sketch("One")])
    core = f'<c xmlns:d="u"><d:title>T</d:title><d:modified>{written}</d:modified></c>'
    rewrite_parts(path, {"docProps/core.xml": core.encode()})

    assert parse_deck(path)["modified"] == "2000-01-01T00:00:00Z"


def test_sections_name_their_slides(tmp_path: Path) -> None:
    path = make_deck(tmp_path / "a.pptx", [Sketch("One"), Sketch("Two")])
    p14 = "http://schemas.microsoft.com/office/powerpoint/2010/main"
    listed = (
        f'<p:extLst><p:ext uri="x"><p14:sectionLst xmlns:p14="{p14}"><p14:section name="Start"><p14:sldIdLst>'
        '<p14:sldId id="257"/></p14:sldIdLst></p14:section></p14:sectionLst></p:ext></p:extLst></p:presentation>'
    )
    with zipfile.ZipFile(path) as archive:
        presentation = archive.read("ppt/presentation.xml").decode()
    rewrite_parts(path, {"ppt/presentation.xml": presentation.replace("</p:presentation>", listed).encode()})

    assert [slide["section"] for slide in parse_deck(path)["slides"]] == [None, "Start"]


def test_the_parser_writes_json(tmp_path: Path) -> None:
    target = tmp_path / "deck.json"

    main([str(make_deck(tmp_path / "a.pptx", [Sketch("One")])), str(target)])

    assert '"title": "One"' in target.read_text()


def _slide(effects: list[Effect]) -> etree._Element:
    ids = {"A": 2, "B": 3}
    return etree.fromstring(f'<p:sld xmlns:p="{PML}">{timing_xml(effects, ids)}</p:sld>')


def test_a_part_that_comes_and_goes_is_hidden_at_both_ends() -> None:
    states, _ = read_states(_slide([appear("A"), leave("A")]))

    assert [len(state.hidden) for state in states] == [1, 0, 1]


@pytest.mark.parametrize(
    ("part", "caveat"),
    [
        ('<p:graphicEl><a:dgm id="{0}" bldStep="sp"/></p:graphicEl>', SMART_ART),
        ('<p:oleChartEl type="series" lvl="1"/>', CHART),
        ('<p:subSp spid="9"/>', INNER_PART),
    ],
)
def test_an_object_that_builds_inside_comes_whole_and_stays(part: str, caveat: str) -> None:
    states, caveats = read_states(_slide([Effect("A", part=part), Effect("A", "exit", part=part)]))

    assert caveats == [caveat]
    assert [len(state.hidden) for state in states] == [1, 0]


def test_media_and_unknown_effects_change_nothing() -> None:
    states, caveats = read_states(_slide([Effect("A", "mediacall"), Effect("A", "verb")]))

    assert (len(states), caveats) == (1, [])


def test_an_endless_animation_is_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coursecrafter.ingest.timing.MAX_EFFECTS", 1)

    states, _ = read_states(_slide([appear("A"), appear("B")]))

    assert len(states) == 2


def test_an_effect_that_waits_for_a_shape_is_named() -> None:
    slide = _slide([])
    node = etree.SubElement(slide[0], "{http://schemas.openxmlformats.org/presentationml/2006/main}cTn")
    node.set("nodeType", "interactiveSeq")

    assert read_states(slide)[1] == [INTERACTIVE]


@pytest.mark.parametrize(
    ("across_in", "down_in", "expected"),
    [
        (4.0, 2.4, "one two three four five six"),
        # Wide strips between columns of boxes that stand close below each other part lists.
        (4.0, 1.9, "one four two five three six"),
    ],
)
def test_a_grid_of_equal_boxes_is_read_row_by_row(
    tmp_path: Path, across_in: float, down_in: float, expected: str
) -> None:
    def draw(slide: object) -> None:
        for place, name in enumerate(("one", "two", "three", "four", "five", "six")):
            at = (1 + place % 3 * across_in, 2 + place // 3 * down_in)
            add_box(slide, name, name, at=at, size=(3, 1.8))

    (slide,) = read_deck(make_deck(tmp_path / "a.pptx", [Sketch("Grid", draw=draw)])).slides

    assert " ".join(block.text for block in slide.builds[0].blocks) == f"Grid {expected}"


def test_columns_are_read_one_after_the_other_and_mirrored_in_arabic(tmp_path: Path) -> None:
    def columns(first: str, second: str) -> Sketch:
        def draw(slide: Any) -> None:
            add_text(slide, "b", f"{second} 1", at=(8, 2))
            add_text(slide, "c", f"{first} 2", at=(1, 3.1))
            add_text(slide, "a", f"{first} 1", at=(1, 2))
            add_text(slide, "d", f"{second} 2", at=(8, 3.1))

        return Sketch("T" if first < "ا" else "عنوان", draw=draw)

    path = make_deck(tmp_path / "a.pptx", [columns("Left", "Right"), columns("يسار", "يمين")])
    latin, arabic = (slide["builds"][0]["blocks"] for slide in parse_deck(path)["slides"])

    assert [block["text"] for block in latin] == ["T", "Left 1", "Left 2", "Right 1", "Right 2"]
    assert [block["text"] for block in arabic] == ["عنوان", "يمين 1", "يمين 2", "يسار 1", "يسار 2"]


def test_boxes_in_a_heap_are_read_from_above(tmp_path: Path) -> None:
    def draw(slide: Any) -> None:
        add_box(slide, "a", "Lower", at=(1, 3), size=(4, 2))
        add_box(slide, "b", "Upper", at=(2, 2), size=(4, 2))

    (slide,) = parse_deck(make_deck(tmp_path / "a.pptx", [Sketch("T", draw=draw)]))["slides"]

    assert [block["text"] for block in slide["builds"][0]["blocks"]] == ["T", "Upper", "Lower"]


def test_what_is_hidden_or_beside_the_slide_is_not_read(tmp_path: Path) -> None:
    def draw(slide: Any) -> None:
        add_text(slide, "a", "Beside", at=(20, 2))
        hidden = add_text(slide, "b", "Hidden")
        hidden.element.nvSpPr.cNvPr.set("hidden", "1")
        named = add_box(slide, "c", "")
        named.element.nvSpPr.cNvPr.set("descr", "photo.png")

    (slide,) = parse_deck(make_deck(tmp_path / "a.pptx", [Sketch("Seen", draw=draw)]))["slides"]

    assert [block["text"] for block in slide["builds"][0]["blocks"]] == ["Seen"]
    assert slide["alt_texts"] == ()


def test_shapes_of_uneven_height_stand_in_one_row(tmp_path: Path) -> None:
    def draw(slide: Any) -> None:
        add_text(slide, "b", "Second", at=(3.5, 1.95), size=(4, 1))
        add_text(slide, "a", "First", at=(1, 2), size=(4, 1.4))
        add_text(slide, "c", "Third", at=(6, 2.1), size=(4, 1))

    (slide,) = parse_deck(make_deck(tmp_path / "a.pptx", [Sketch(None, draw=draw)]))["slides"]

    assert [block["text"] for block in slide["builds"][0]["blocks"]] == ["First", "Second", "Third"]


def test_the_sandbox_changes_nothing(drawn: Drawn) -> None:
    slides = parse_deck(drawn.path)["slides"]

    assert [[[block["text"] for block in build["blocks"]] for build in slide["builds"]] for slide in slides] == [
        [[block.text for block in build.blocks] for build in slide.builds] for slide in drawn.deck.slides
    ]
