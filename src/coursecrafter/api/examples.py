"""Examples of bodies, as the OpenAPI page shows them."""

from __future__ import annotations

from pydantic import ConfigDict, JsonValue

ONE = "019ab1c2-7d3e-7a41-9f60-2b8c4d5e6f70"
OTHER = "019ab1c2-7d3e-7a41-9f60-2b8c4d5e6f71"


def example(**fields: JsonValue) -> ConfigDict:
    """The config of a body that is shown with these fields."""
    return ConfigDict(json_schema_extra={"examples": [fields]})
