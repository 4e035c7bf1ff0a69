"""Steps are made once, found again, and never half recorded."""

from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursecrafter.jobs.steps import Batch, Done, InlineRunner, Produced, Step, content_key
from coursecrafter.storage.objects import ObjectStore

ORG = UUID(int=1)


class Kettle:
    """Makes a step whose file holds a word, and counts how often."""

    def __init__(self, *, breaks: bool = False) -> None:
        self.made = 0
        self.breaks = breaks

    def step(self, word: str) -> Step:
        def make(folder: Path) -> Mapping[str, Produced]:
            self.made += 1
            (folder / "word.txt").write_text(word)
            if self.breaks:
                raise RuntimeError(word)
            return {"word": Produced(folder / "word.txt", "text/plain")}

        return Step("boil", content_key("boil", 1, word=word), make, word)


@pytest.fixture
def runner(tmp_path: Path) -> InlineRunner:
    return InlineRunner(ObjectStore(str(tmp_path), ORG))


def test_a_step_that_ran_is_found_instead_of_made(runner: InlineRunner) -> None:
    kettle = Kettle()

    first = runner.run([kettle.step("tea")])
    second = runner.run([kettle.step("tea")])

    assert kettle.made == 1
    assert (first[0].is_reused, second[0].is_reused) == (False, True)
    assert runner.store.get_bytes(second[0].files["word"]) == b"tea"
    assert (runner.made["boil"], runner.reused["boil"]) == (1, 1)


def test_results_come_in_the_order_asked_and_one_key_is_made_once(runner: InlineRunner) -> None:
    kettle = Kettle()

    done = runner.run([kettle.step(word) for word in ("a", "b", "a", "c")])

    assert [runner.store.get_bytes(one.files["word"]) for one in done] == [b"a", b"b", b"a", b"c"]
    assert kettle.made == 3


def test_a_step_that_fails_leaves_no_record_and_stops_the_rest(runner: InlineRunner) -> None:
    broken, whole = Kettle(breaks=True), Kettle()

    with pytest.raises(RuntimeError, match="tea"):
        runner.run([broken.step("tea"), *(whole.step(str(n)) for n in range(50))])

    assert runner.store.find_record("boil", broken.step("tea").key) is None
    assert whole.made < 50


def test_a_record_whose_file_is_gone_is_made_again(runner: InlineRunner, tmp_path: Path) -> None:
    kettle = Kettle()
    done = runner.run([kettle.step("tea")])[0]
    (tmp_path / "org" / str(ORG) / done.files["word"].key).unlink()

    again = runner.run([kettle.step("tea")])[0]

    assert not again.is_reused
    assert kettle.made == 2


def test_a_batch_makes_only_what_is_missing_and_keeps_what_it_made_before_it_broke(runner: InlineRunner) -> None:
    asked: list[list[str]] = []

    def make(missing, folder):
        asked.append(list(missing))
        for key in missing:
            if key == "bad":
                raise RuntimeError(key)
            path = folder / "out.txt"
            path.write_text(key)
            yield key, {"out": Produced(path, "text/plain")}

    with pytest.raises(RuntimeError, match="bad"):
        runner.run_batch(Batch("draw", {"one": "1", "bad": "2", "two": "3"}, make))
    done = runner.run_batch(Batch("draw", {"one": "1", "two": "3"}, make))

    assert asked == [["one", "bad", "two"], ["two"]]
    assert {key: runner.store.get_bytes(one.files["out"]) for key, one in done.items()} == {
        "one": b"one",
        "two": b"two",
    }


def test_listeners_hear_each_step_begin_and_end(runner: InlineRunner) -> None:
    heard: list[tuple[str, bool]] = []
    runner.listener = lambda _name, label, done: heard.append((label, isinstance(done, Done)))

    runner.run([Kettle().step("tea")])

    assert heard == [("tea", False), ("tea", True)]


@given(st.dictionaries(st.text(), st.one_of(st.text(), st.integers(), st.lists(st.text()))))
def test_a_key_depends_on_each_input_and_not_on_their_order(inputs) -> None:
    turned = dict(reversed(list(inputs.items())))

    key = content_key("name", 1, inputs=inputs)

    assert key == content_key("name", 1, inputs=turned)
    assert key != content_key("name", 2, inputs=inputs)
    assert key != content_key("name", 1, inputs={**inputs, "one more": ""})
