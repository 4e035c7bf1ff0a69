"""A service in a process of its own, on the database that a test runs: prints its address, serves until it is ended."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import sqlalchemy as sa

from api_people import open_service
from coursecrafter.db.session import Database
from coursecrafter.db.urls import DatabaseUrls


def main() -> None:
    """Serve."""
    urls = DatabaseUrls(*(sa.make_url(url) for url in json.loads(sys.argv[1])))
    database = Database(urls, is_embedded=False)
    with open_service(database, Path(sys.argv[2])) as service:
        print(service.url, flush=True)
        while True:
            time.sleep(1)


if __name__ == "__main__":
    main()
