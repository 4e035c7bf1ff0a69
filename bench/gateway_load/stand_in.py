"""The tests' stand-in for a provider in a process of its own: prints its address, serves until its input ends.

It keeps no more than a few of the calls that it was asked, since a benchmark makes many.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TESTS = Path(__file__).parents[2] / "tests"
sys.path.insert(0, str(TESTS))

from providers.model_server import open_model_server  # noqa: E402 - behind the line that finds it
from providers.model_server_wire import Asked  # noqa: E402

TEXT = "Fire doors hold back smoke and heat. Keep them shut at all times, and never wedge them open."
BETTER = "Fire doors hold back smoke and heat. Always keep them shut, and never wedge them open."
KEPT = 8


class _Few(list[Asked]):
    def append(self, asked: Asked) -> None:
        super().append(asked)
        del self[:-KEPT]


@contextmanager
def open_stand_in() -> Iterator[str]:
    """The address of a stand-in, without a path."""
    with subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()
            process.wait()


def main() -> None:
    with open_model_server() as server:
        server.requests = _Few()
        server.answer_with({"text": BETTER})
        print(server.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
