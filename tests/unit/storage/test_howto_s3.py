"""The page on S3 tells the truth: a store is opened with its settings as they stand, and does all that stores do."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from uuid import UUID

import pytest

from coursecrafter.config import load_settings
from coursecrafter.storage.objects import ObjectStore
from s3_server import S3Server, recorded

PAGE = Path(__file__).parents[3] / "docs" / "howto" / "store-on-s3.md"
TEXT = PAGE.read_text(encoding="utf-8")
ACTIONS = {
    ("GET", "key"): "s3:GetObject",
    ("HEAD", "key"): "s3:GetObject",
    ("PUT", "key"): "s3:PutObject",
    ("POST", "key"): "s3:PutObject",
    ("DELETE", "key"): "s3:DeleteObject",
    ("GET", "bucket"): "s3:ListBucket",
    ("POST", "bucket"): "s3:DeleteObject",
}
"""What the requests of a store need (Amazon S3 API Reference)."""


def settings_of_the_page(server: str) -> dict[str, str]:
    script = "\n".join(re.findall(r"^```bash\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL))
    asked = subprocess.run(
        ["bash", "-c", f"set -euo pipefail\n{script}\nenv -0"],
        env={"PATH": os.environ["PATH"], "S3_SERVER": server},
        capture_output=True,
        text=True,
        check=True,
    )
    found = dict(line.partition("=")[::2] for line in asked.stdout.split("\0") if line)
    return {name: value for name, value in found.items() if name.startswith(("AWS_", "COURSECRAFTER_"))}


def test_a_store_of_the_pages_settings_needs_only_what_the_page_allows(
    s3_server: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "film").write_bytes(os.urandom(11_000_000))
    with recorded(s3_server) as (port, requests):
        for name, value in settings_of_the_page(f"http://127.0.0.1:{port}").items():
            monkeypatch.setenv(name, value)
        url = load_settings().store_url
        s3_server.make_bucket(url.removeprefix("s3://").partition("/")[0])
        store = ObjectStore(url, UUID(int=1))
        film = store.put_file(tmp_path / "film", "video/mp4")
        store.put_record("step", "key", {"film": film})
        store.lay_aside(film.key)
        found = store.find_record("step", "key")
        listed = [one.key for folder in ("objects", "steps") for batch in store.list_below(folder) for one in batch]
        store.remove(film)

    allowed = {action for part in json.loads(policy())["Statement"] for action in part["Action"]}
    needed = {ACTIONS[request] for request in requests}
    assert found == {"film": film}
    assert listed == [film.key, "steps/step/key.json"]
    assert needed | {"s3:AbortMultipartUpload"} == allowed


def policy() -> str:
    (found,) = re.findall(r"^```json\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    return str(found)
