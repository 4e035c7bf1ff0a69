"""Hold a change of the schema to all that goes with it: `python tools/change_control.py` says each gap, and exits 1.

What the code declares must be what the migrations make, and what they make must pass the lints; each revision since
there are readers must be named in the schema's page, the quality plan, the API document and the changelog; the pages'
generated parts must be fresh; and a revision that was recorded must never change. Record a new one, once it is final,
with `python tools/change_control.py record`.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coursecrafter.db.declared import say_undeclared
from coursecrafter.db.embedded import open_embedded, remove_embedded
from coursecrafter.db.lints import lint
from coursecrafter.db.session import Database

ROOT = Path(__file__).parents[1]
VERSIONS = Path("src") / "coursecrafter" / "db" / "migrations" / "versions"
RECORDED = Path("tools") / "recorded_revisions.json"
PAGES = Path("docs") / "schema" / "pages.py"
NAMED_IN = {
    Path("docs") / "schema" / "README.md": "section “Revisions” of the schema page",
    Path("docs") / "quality-plan.md": "quality plan",
    Path("docs") / "api.md": "API document",
    Path("CHANGELOG.md"): "changelog",
}
"""Where each revision is named, and what that is called."""

SCHEMA_PAGE = next(iter(NAMED_IN))
SECTION = re.compile(r"^## Revisions\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
FIRST_NAMED = "20261122_11"
"""The first ten made an empty database; nobody had read anything before."""

REVISION = re.compile(r'^revision = "([^"]+)"$', re.MULTILINE)


def gaps(root: Path = ROOT) -> Iterator[str]:
    """Every gap, in a sentence that says what is missing."""
    revisions = read_revisions(root)
    yield from unnamed_revisions(root, revisions)
    yield from changed_revisions(root, revisions)
    yield from stale_pages(root)
    with migrated_database() as database:
        yield from undeclared(database)
        with database.admin() as connection:
            yield from (f"Lint: {finding.rule}: {finding.sentence}" for finding in lint(connection))


def read_revisions(root: Path) -> dict[str, Path]:
    """The file of each revision, in order."""
    found = {}
    for path in sorted((root / VERSIONS).glob("m*.py")):
        named = REVISION.search(path.read_text(encoding="utf-8"))
        if named is None:
            sys.exit(f"{path.relative_to(root)} does not say which revision it is.")
        found[named[1]] = path
    return found


def unnamed_revisions(root: Path, revisions: dict[str, Path]) -> Iterator[str]:
    """A sentence for each document that does not name a revision."""
    for path, title in NAMED_IN.items():
        text = (root / path).read_text(encoding="utf-8") if (root / path).exists() else ""
        if path == SCHEMA_PAGE:
            text = "".join(SECTION.findall(text))
        for revision in revisions:
            if revision >= FIRST_NAMED and not re.search(rf"\b{revision}\b", text):
                yield f"Revision {revision} is not named in the {title}: say in {path} what it changes there."


def changed_revisions(root: Path, revisions: dict[str, Path]) -> Iterator[str]:
    """A sentence for each revision that is not as it was recorded."""
    recorded = _read_recorded(root)
    for revision, path in revisions.items():
        if revision not in recorded:
            yield f"Revision {revision} is not recorded: run `python tools/change_control.py record` once it is final."
        elif recorded[revision] != _sha256(path):
            yield f"Revision {revision} was changed after it was recorded: put it back, and write a migration."
    for revision in recorded.keys() - revisions.keys():
        yield f"Revision {revision} was recorded and is gone: put it back, and write a migration."


def record(root: Path = ROOT) -> list[str]:
    """Record the revisions that are not yet; what is recorded stays as it is."""
    recorded = _read_recorded(root)
    fresh = {name: _sha256(path) for name, path in read_revisions(root).items() if name not in recorded}
    text = json.dumps(recorded | fresh, indent=2, sort_keys=True)
    (root / RECORDED).write_text(f"{text}\n", encoding="utf-8")
    return list(fresh)


def stale_pages(root: Path) -> Iterator[str]:
    """A sentence for each page of the schema whose generated parts are not what the code makes."""
    ended = subprocess.run(
        [sys.executable, root / PAGES, "--check"], capture_output=True, text=True, timeout=120, check=False
    )
    if ended.returncode != 0:
        said = ended.stdout.strip() or ended.stderr.strip()
        yield from (f"Schema page: {line}" for line in said.splitlines())


def undeclared(database: Database) -> Iterator[str]:
    """A sentence for each difference between code and migrations."""
    sentences = say_undeclared(database)
    yield from (f"Migrations, against the code: {sentence}" for sentence in sentences)
    if sentences:
        yield "A migration is missing: write one that makes what the code declares."


@contextmanager
def migrated_database() -> Iterator[Database]:
    """An embedded database of its own at the last revision, removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="cc-control-") as folder:
        home = Path(folder)
        try:
            with open_embedded(home) as urls:
                database = Database(urls, is_embedded=True)
                database.ensure_ready()
                yield database
                database.close()
        finally:
            remove_embedded(home)


def _read_recorded(root: Path) -> dict[str, str]:
    path = root / RECORDED
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main(arguments: list[str]) -> int:
    """Say the gaps, or record what is new."""
    if arguments == ["record"]:
        sys.stdout.write("".join(f"Recorded {revision}.\n" for revision in record()))
        return 0
    found = list(gaps())
    sys.stdout.write("".join(f"{gap}\n" for gap in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
