"""A stand-in for a worker's child process: answers each order at once, and notes when it had it: `child.py FILE`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

LEAVE = "leave"


def main() -> None:
    """Answer until the input ends; the first line says where things are, and is not needed."""
    sys.stdin.readline()
    with Path(sys.argv[1]).open("a", encoding="utf-8") as noted:
        for line in sys.stdin:
            if line.strip() == LEAVE:
                continue
            begun = time.monotonic()
            order = json.loads(line)
            noted.write(f"{begun} {order['arguments']['source_id']}\n")
            noted.flush()
            sys.stdout.write('{"result": {}}\n')
            sys.stdout.flush()


if __name__ == "__main__":
    main()
