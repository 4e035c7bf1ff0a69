"""The API's document is valid, complete, and changes only together with its version."""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema_rs
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31

DOCS = Path(__file__).parents[3] / "docs"
SAYS_HOW = "run: python docs/openapi.py"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("openapi_tool", DOCS / "openapi.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def document(tool: ModuleType) -> Any:
    return tool.document_of_today()


def operations(document: Any) -> Iterator[tuple[str, Any]]:
    for path, some in document["paths"].items():
        for method, operation in some.items():
            yield f"{method.upper()} {path}", operation


def test_the_kept_document_is_that_of_today(tool: ModuleType, document: Any) -> None:
    kept = tool.read_kept()

    assert kept is not None
    assert tool.changes(kept, document) == [], f"raise API_VERSION in src/coursecrafter/api/app.py, then {SAYS_HOW}"
    assert tool.as_text(kept) == tool.as_text(document), SAYS_HOW


def test_the_kept_document_is_kept_in_order(tool: ModuleType) -> None:
    assert tool.KEPT.read_text(encoding="utf-8") == tool.as_text(tool.read_kept())


def take_a_call_away(document: Any) -> str:
    del document["paths"]["/cc/projects/create"]
    return "The call POST /cc/projects/create is gone."


def ask_for_more(document: Any) -> str:
    document["components"]["schemas"]["NewProject"]["required"].append("code")
    return "The schema NewProject is otherwise."


def add_a_field_with_an_odd_name(document: Any) -> str:
    document["components"]["schemas"]["NewProject"]["properties"]["description"] = {"type": "integer"}
    return "The schema NewProject is otherwise."


def refuse_otherwise(document: Any) -> str:
    document["paths"]["/cc/projects/list"]["get"]["responses"].pop("429")
    return "The call GET /cc/projects/list is otherwise."


CHANGES = [take_a_call_away, ask_for_more, add_a_field_with_an_odd_name, refuse_otherwise]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_without_a_new_version_is_refused_and_named(tool: ModuleType, document: Any, change: Any) -> None:
    changed = deepcopy(document)
    said = change(changed)

    refused = tool.refusals(document, changed)

    assert said in refused
    assert refused[-1].endswith("raise API_VERSION in src/coursecrafter/api/app.py.")


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_with_a_new_version_is_kept(tool: ModuleType, document: Any, change: Any) -> None:
    changed = deepcopy(document)
    change(changed)
    changed["info"]["version"] = "99.0.0"

    assert tool.refusals(document, changed) == []


def test_words_may_change_without_a_new_version(tool: ModuleType, document: Any) -> None:
    changed = deepcopy(document)
    changed["paths"]["/cc/projects/create"]["post"]["summary"] = "Start a course"
    changed["components"]["schemas"]["NewProject"]["examples"] = []

    assert tool.changes(document, changed) == []


def test_it_is_openapi_3_1(document: Any) -> None:
    assert document["openapi"].startswith("3.1.")
    assert [str(error) for error in jsonschema_rs.validator_for(OPENAPI_31).iter_errors(document)] == []


def test_every_reference_leads_to_a_schema(document: Any) -> None:
    def references(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            for part in value.values():
                yield from references(part)
        elif isinstance(value, list):
            for part in value:
                yield from references(part)

    found = set(references(document))
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}

    assert found <= known


def test_every_call_has_a_name_of_its_own_and_a_sentence(document: Any) -> None:
    names = Counter(operation["operationId"] for _, operation in operations(document))

    assert {name: count for name, count in names.items() if count > 1} == {}
    for said, operation in operations(document):
        assert operation["summary"][:1].isupper(), said
        assert len(operation["summary"].split()) > 1, said
        assert operation["tags"], said


def test_every_call_says_which_errors_it_has(document: Any) -> None:
    for said, operation in operations(document):
        refused = {status: answer for status, answer in operation["responses"].items() if status >= "400"}

        assert refused, said
        for status, answer in refused.items():
            assert answer["description"].startswith("CC-"), (said, status)
            assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Refusal"}, said


def test_every_body_has_an_example_that_it_would_take(document: Any) -> None:
    missing, refused = [], []

    for said, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            continue
        examples = examples_of(document, content)
        missing += [said] * (not examples)
        schema = {**content["schema"], "components": document["components"]}
        validator = jsonschema_rs.validator_for(schema | {"$schema": "https://json-schema.org/draft/2020-12/schema"})
        refused += [(said, str(error)) for example in examples for error in validator.iter_errors(example)]

    assert missing == []
    assert refused == []


def examples_of(document: Any, content: Any) -> list[Any]:
    """Where the page takes a body's example from: beside the schema, or within it."""
    if "example" in content:
        return [content["example"]]
    schema = content["schema"]
    # A body that may be left out is shown by what it is otherwise.
    schema = next((one for one in schema.get("anyOf", []) if "$ref" in one), schema)
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    found = [one["value"] for one in content.get("examples", {}).values()]
    return found or list(schema.get("examples", []))
