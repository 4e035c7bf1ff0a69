"""Steps that several workers share are made once, whoever dies, and nobody waits for the dead."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from coursecrafter.domain.keys import content_key
from coursecrafter.jobs.claims import Claims
from coursecrafter.jobs.room import NoRoom, Room, available_memory
from coursecrafter.jobs.shared_steps import SHARED_FROM, HandedOver, HelpEnded, SharedRunner
from coursecrafter.jobs.steps import Produced, Step
from coursecrafter.storage.objects import ObjectStore


class Register(Claims):
    """Claims in memory, as the queue's table holds them."""

    def __init__(self) -> None:
        self.held: set[str] = set()
        self.asked: list[int] = []
        self._lock = threading.Lock()

    def take(self, step: str) -> bool:
        with self._lock:
            is_free = step not in self.held
            self.held.add(step)
            return is_free

    def release(self, step: str) -> None:
        with self._lock:
            self.held.discard(step)

    def call_help(self, most: int) -> int:
        self.asked.append(most)
        return most


class Work:
    """Steps that say who made them, and how often."""

    def __init__(self, count: int, longest_s: float = 0.0) -> None:
        self.made: list[str] = []
        self.longest_s = longest_s
        self.names = [f"part {number}" for number in range(count)]

    def steps(self, maker: str = "somebody") -> list[Step]:
        return [Step("still", content_key("still", 1, part=name), self._make(name, maker), name) for name in self.names]

    def _make(self, name: str, maker: str) -> Callable[[Path], Mapping[str, Produced]]:
        def make(folder: Path) -> Mapping[str, Produced]:
            self.made.append(f"{name} by {maker}")
            time.sleep(self.longest_s)
            path = folder / "out"
            path.write_text(name)
            return {"out": Produced(path, "text/plain")}

        return make


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return ObjectStore(str(tmp_path), uuid4())


def test_two_workers_make_each_step_once_between_them(store: ObjectStore) -> None:
    register, work = Register(), Work(20, 0.02)
    one = SharedRunner(store, 1, claims=register)
    other = SharedRunner(store, 1, claims=register, is_helper=True)

    def help_out() -> None:
        with pytest.raises(HelpEnded):
            other.run(work.steps("helper"))
            other.run(work.steps("helper"))

    with ThreadPoolExecutor(2) as pool:
        helping = pool.submit(help_out)
        done = one.run(work.steps("owner"))
        helping.result()

    assert len(work.made) == len({made.split(" by ")[0] for made in work.made}) == 20
    assert {made.split(" by ")[1] for made in work.made} == {"owner", "helper"}
    assert [store.get_bytes(one.files["out"]).decode() for one in done] == work.names
    assert not register.held


def test_help_is_asked_for_many_missing_steps_and_not_for_few(store: ObjectStore) -> None:
    register = Register()
    runner = SharedRunner(store, 1, claims=register, most_helpers=3)

    runner.run(Work(SHARED_FROM - 1).steps())
    runner.run(Work(SHARED_FROM + 6).steps())
    runner.run(Work(SHARED_FROM + 6).steps())

    assert register.asked == [3]


def test_what_a_dead_worker_claimed_is_made_by_who_waits_for_it(store: ObjectStore) -> None:
    register, work = Register(), Work(3)
    dead = f"still/{work.steps()[1].key}"
    register.held.add(dead)
    threading.Timer(0.3, lambda: register.release(dead)).start()

    done = SharedRunner(store, 2, claims=register).run(work.steps())

    assert len(done) == len(work.made) == 3


def test_a_step_that_fails_is_given_back(store: ObjectStore) -> None:
    register = Register()

    def fail(_folder: Path) -> Mapping[str, Produced]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        SharedRunner(store, 2, claims=register).run([Step("still", "k", fail)])

    assert not register.held


def test_no_step_begins_once_the_worker_is_to_leave(store: ObjectStore) -> None:
    work, told = Work(10, 0.05), threading.Event()
    runner = SharedRunner(store, 1, claims=Register(), is_leaving=told.is_set)
    threading.Timer(0.12, told.set).start()

    with pytest.raises(HandedOver):
        runner.run(work.steps())

    begun = len(work.made)
    assert 1 <= begun < 10
    told.clear()
    runner.run(work.steps())
    assert len(work.made) == 10


def test_a_helper_leaves_single_steps_to_whoever_carries_the_render_out(store: ObjectStore) -> None:
    work = Work(1)

    with pytest.raises(HelpEnded):
        SharedRunner(store, 1, claims=Register(), is_helper=True).run(work.steps())

    assert not work.made


def test_one_key_asked_for_twice_is_made_once(store: ObjectStore) -> None:
    work = Work(1)

    done = SharedRunner(store, 2, claims=Register()).run(work.steps() * 3)

    assert len(work.made) == 1
    assert len(done) == 3


@pytest.mark.parametrize("room", [Room(memory_bytes=1 << 60, patience_s=0), Room(disk_bytes=1 << 60, patience_s=0)])
def test_no_step_begins_without_room_for_it(store: ObjectStore, room: Room) -> None:
    work = Work(1)

    with pytest.raises(NoRoom) as refused:
        SharedRunner(store, 1, claims=Register(), room=room).run(work.steps())

    assert refused.value.retry
    assert not work.made


def test_a_containers_limit_is_what_counts(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("900000\n")
    (tmp_path / "memory.stat").write_text("anon 500000\ninactive_file 50000\n")

    limited = available_memory(tmp_path)
    (tmp_path / "memory.max").write_text("max\n")

    assert limited == 150_000
    assert available_memory(tmp_path) > 1 << 20
    assert available_memory(tmp_path / "none") > 1 << 20
