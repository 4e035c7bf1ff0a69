"""The lexicon: which words it finds, what a voice is given, and the way back to what is written."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursecrafter.domain.speech import Word
from coursecrafter.gateway.lexicon import Lexicon, Pronounced, applicable, apply
from coursecrafter.gateway.ports import Phoneme
from coursecrafter.gateway.providers.spoken_words import find_words

SQL = {"written": "SQL", "spoken": "sequel", "ipa": None, "language": None}


def lexicon(*pairs: tuple[str, str], language: str | None = None) -> Lexicon:
    return Lexicon.of([{"written": written, "spoken": spoken, "language": language} for written, spoken in pairs])


def spoken(text: str, *pairs: tuple[str, str], language: str = "en") -> str:
    return apply(text, lexicon(*pairs), language).text


def words_on_screen(text: str, pronounced: Pronounced) -> list[str]:
    """What captions show for each word that a voice says."""
    said = [
        Word(start, end, Fraction(nth), Fraction(nth + 1))
        for nth, (start, end) in enumerate(find_words(pronounced.text))
    ]
    return [text[word.char_start : word.char_end] for word in pronounced.before(said)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SQL is old.", "sequel is old."),
        ("We use SQL.", "We use sequel."),
        ("“SQL”, (SQL), SQL/SQL!", "“sequel”, (sequel), sequel/sequel!"),
        ("SQL-Server and SQL’s joins", "sequel-Server and sequel’s joins"),
        ("MySQL, SQLite, SQL2019, SQL_1", "MySQL, SQLite, SQL2019, SQL_1"),
        ("sql and Sql", "sql and Sql"),
        ("数据库SQL查询", "数据库sequel查询"),
        ("ใช้SQLได้", "ใช้sequelได้"),
        ("Sqĺ SQĹ", "Sqĺ SQĹ"),
    ],
)
def test_whole_words_are_found_as_they_are_written(text: str, expected: str) -> None:
    assert spoken(text, ("SQL", "sequel")) == expected


def test_a_form_without_capitals_is_found_in_any_case() -> None:
    assert spoken("Gif, GIF and gif", ("gif", "jif")) == "jif, jif and jif"


def test_a_form_in_its_own_capitals_goes_before_one_for_any_case() -> None:
    assert spoken("US or us, Us", ("us", "uss"), ("US", "U S")) == "U S or uss, uss"


def test_the_longest_form_goes_first() -> None:
    pairs = (("SQL", "sequel"), ("SQL Server", "sequel server edition"), ("Server", "machine"))

    assert spoken("SQL Server, SQL, Server", *pairs) == "sequel server edition, sequel, machine"


def test_forms_do_not_speak_into_each_other() -> None:
    assert spoken("A B", ("A", "B"), ("B", "A")) == "B A"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("machine \u00a0 learning", "machine learning"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("Caf\u00e9", "Cafe\u0301"),
        ("don\u2019t", "don't"),
        ("e\u2011mail", "e-mail"),
        ("Koordi\u00adnate", "Koordinate"),
        ("STRASSE", "straße"),
        ("Straße", "straße"),
    ],
)
def test_signs_that_look_alike_are_alike(text: str, written: str) -> None:
    assert spoken(f"Go {text} now", (written, "HIT")) == "Go HIT now"


def test_a_letter_is_not_parted_from_its_marks() -> None:
    assert spoken("Cafe\u0301 हिन्दी", ("Cafe", "HIT"), ("हिन", "HIT")) == "Cafe\u0301 हिन्दी"


@pytest.mark.parametrize(("written", "text"), [("C++", "Use C++, now"), (".NET", "Use .NET now"), ("§", "Use §5")])
def test_forms_may_begin_and_end_with_signs(written: str, text: str) -> None:
    assert spoken(text, (written, "hit")) == text.replace(written, "hit")


@pytest.mark.parametrize(
    ("entry", "text", "is_found"),
    [("de", "de-AT", True), ("de", "de", True), ("de-AT", "de", False), ("de-at", "de-AT", True), ("de", "den", False)],
)
def test_an_entry_holds_for_its_language_and_its_regions(entry: str, text: str, is_found: bool) -> None:
    applied = apply("SQL", lexicon(("SQL", "hit"), language=entry), text)

    assert (applied.text == "hit") is is_found


def test_the_nearest_region_goes_first() -> None:
    entries = [{**SQL, "spoken": "all"}, {**SQL, "spoken": "de", "language": "de"}]

    both = Lexicon.of([*entries, {**SQL, "spoken": "at", "language": "de-AT"}])

    assert [apply("SQL", both, tag).text for tag in ("en", "de", "de-AT", "de-CH")] == ["all", "de", "at", "de"]


@pytest.mark.parametrize(
    ("text", "pair", "on_screen"),
    [
        ("We use SQL today", ("SQL", "sequel"), ["We", "use", "SQL", "today"]),
        ("Use SQL.", ("SQL", "structured query language"), ["Use", "SQL"]),
        ("Use ML Ops now", ("ML Ops", "emelops"), ["Use", "ML Ops", "now"]),
        ("Use Course Crafter now", ("Course Crafter", "corse craafter"), ["Use", "Course", "Crafter", "now"]),
        ("SQL-Server", ("SQL", "sequel"), ["SQL-Server"]),
        ("SQL-Server", ("SQL", "structured query"), ["SQL-Server"]),
        ("Take two now", ("two", "2"), ["Take", "two", "now"]),
        ("学AI吧", ("AI", "人工智能"), ["学", "AI", "吧"]),
    ],
)
def test_captions_show_what_is_written(text: str, pair: tuple[str, str], on_screen: list[str]) -> None:
    pronounced = apply(text, lexicon(pair), "en")

    assert words_on_screen(text, pronounced) == on_screen


def test_a_written_word_lasts_as_long_as_all_that_is_said_for_it() -> None:
    pronounced = apply("Use SQL", lexicon(("SQL", "structured query language")), "en")
    edges = find_words(pronounced.text)

    words = pronounced.before(Word(*edge, Fraction(nth), Fraction(nth + 1)) for nth, edge in enumerate(edges))

    assert [(word.start_s, word.end_s) for word in words] == [(0, 1), (1, 4)]


def test_ipa_marks_the_spoken_form_and_without_one_what_is_written() -> None:
    entries = [{**SQL, "ipa": "/ˈsiːkwəl/"}, {"written": "Łódź", "ipa": "[wut͡ɕ]"}]

    pronounced = apply("SQL in Łódź", Lexicon.of(entries), "en")

    assert pronounced.text == "sequel in Łódź"
    assert pronounced.phonemes == (Phoneme(0, 6, "ˈsiːkwəl"), Phoneme(10, 14, "wut͡ɕ"))


def test_only_entries_that_matter_are_named() -> None:
    entries = Lexicon.of([SQL, {**SQL, "written": "GIF"}, {"written": "API", "spoken": "a p i", "language": "de"}])

    assert applicable("SQL, SQL and API", entries, "en") == (("SQL", "sequel", ""),)
    assert applicable("Nothing of it", entries, "en") == ()


def test_entries_that_say_nothing_are_left_out() -> None:
    entries = [{"written": " "}, {**SQL, "spoken": None}, {**SQL, "spoken": "…"}, "SQL", {"spoken": "sequel"}]

    assert Lexicon.of(entries) == Lexicon.of(None) == Lexicon()


def test_a_spoken_form_is_one_line_without_controls() -> None:
    assert spoken("SQL", ("SQL", " se\nquel\x01\ud800 now ")) == "se quel now"


@given(
    st.text(alphabet="aAbBß é\u0301SQL-. \n中ก\u00ad", max_size=60),
    st.lists(
        st.tuples(st.text(alphabet="aAbBßSQL é中", min_size=1, max_size=4), st.text("xy z中", max_size=5)), max_size=6
    ),
)
def test_each_spoken_character_has_its_place_and_the_rest_stays(text: str, pairs: list[tuple[str, str]]) -> None:
    pronounced = apply(text, lexicon(*pairs), "en")

    assert len(pronounced.origins) == len(pronounced.text)
    assert list(pronounced.origins) == sorted(pronounced.origins)
    assert all(0 <= origin < len(text) for origin in pronounced.origins)
    changed = {place for part in pronounced.parts for place in range(part.start, part.end)}
    kept = [place for place in range(len(pronounced.text)) if place not in changed and pronounced.text[place].strip()]
    assert all(pronounced.text[place] == text[pronounced.origins[place]] for place in kept)
    on_screen = words_on_screen(text, pronounced)
    assert all(word.strip() for word in on_screen)
