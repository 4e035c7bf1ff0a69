"""A call's body: never more of it in memory than a call may have."""

from __future__ import annotations

from typing import Any

from pydantic_core import from_json
from starlette.requests import ClientDisconnect, Request

from coursecrafter.api.problems import BodyCutOff, BodyTooLarge, UnreadableBody

MOST_JSON_BYTES = 2 << 20
LARGEST_EXACT = 2**53
"""Beyond it, a float that looks whole is another number than the one that was sent."""

NOT_PARSED = object()


class CallRequest(Request):
    """A request whose JSON body is bounded in length and depth.

    Attributes:
        parsed: the JSON value of its body, once it was parsed.
    """

    parsed: Any = NOT_PARSED

    async def body(self) -> bytes:
        """The whole body.

        Raises:
            BodyTooLarge: CC-0004, as soon as that is known.
            BodyCutOff: CC-0036.
        """
        if hasattr(self, "_body"):
            return bytes(self._body)
        announced = self.headers.get("content-length", "")
        if announced.isdigit() and (len(announced) > len(str(MOST_JSON_BYTES)) or int(announced) > MOST_JSON_BYTES):
            raise self._too_large()
        chunks, length = [], 0
        try:
            async for chunk in self.stream():
                length += len(chunk)
                if length > MOST_JSON_BYTES:
                    raise self._too_large()
                chunks.append(chunk)
        except ClientDisconnect as error:
            raise BodyCutOff("The body ended half-way; nothing was done.") from error
        self._body = b"".join(chunks)
        return self._body

    async def json(self) -> Any:
        """The body as a JSON value.

        Raises:
            UnreadableBody: CC-0003.
        """
        if self.parsed is not NOT_PARSED:
            return self.parsed
        try:
            return _whole(from_json(await self.body(), allow_inf_nan=False))
        except ValueError as error:
            raise UnreadableBody(f"The body is not JSON: {error}.") from error

    def _too_large(self) -> BodyTooLarge:
        return BodyTooLarge(f"The body is larger than {MOST_JSON_BYTES >> 20} MB.")


def _whole(value: Any) -> Any:
    """A value whose numbers without a fraction are integers.

    JSON knows one kind of number, so `3.0` is as good an integer as `3`. Source: JSON Schema, Validation, type.
    """
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) <= LARGEST_EXACT else value
    if isinstance(value, dict):
        return {name: _whole(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_whole(part) for part in value]
    return value
