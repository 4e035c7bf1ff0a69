"""HTTP as all providers' clients use it: nothing endless, nothing followed, nothing larger than it may be.

Nothing is tried twice here: whether another try is worth its price is decided by whoever knows the price.
"""

from __future__ import annotations

import base64
import binascii
import json
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from coursecrafter.gateway.addresses import AddressRefused, require_form
from coursecrafter.gateway.errors import ProviderError, ProviderUnreachable, UnusableAnswer
from coursecrafter.gateway.ports import Connection
from coursecrafter.gateway.providers.open_connections import CLIENTS, CLOCK, Clock, Place
from coursecrafter.gateway.providers.refusals import read_refusal

MIB = 1 << 20
TEXT_BYTES, SPEECH_BYTES, IMAGE_BYTES = 4 * MIB, 64 * MIB, 32 * MIB
EVENT_OVERHEAD = 16
"""A piece of text in an event of its own takes so many times its length."""
FINISH_S = 1.0
REFUSAL_BYTES = 64 << 10
"""Of what a provider says when it refuses."""
MOST_SAID = 2_000
CONNECT_S, FIRST_BYTE_S, SILENCE_S, LONGEST_S = 10.0, 120.0, 30.0, 600.0
AGENT = "CourseCrafter"


class UntrustedCertificate(ProviderError):
    """A provider's TLS certificate is not signed by anybody whom this machine trusts, or is another name's."""

    code = "CC-0328"
    remedy = "Correct the address; for a company's own authority, give the installation's provider its ca_file."


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer with a status of 2xx.

    Attributes:
        headers: names in small letters.
    """

    headers: Mapping[str, str]
    content: bytes
    key: str = field(default="", repr=False)

    def json(self) -> Any:
        """Raises: UnusableAnswer, CC-0325."""
        with _masking(self.key):
            return read_json(self.content)

    def json_object(self) -> dict[str, Any]:
        """Raises: UnusableAnswer, CC-0325."""
        with _masking(self.key):
            return read_json_object(self.content)


@dataclass(slots=True)
class Stream:
    """An answer that is still coming.

    Attributes:
        chunks: its bytes, uncompressed; may raise what `ProviderHttp.ask` raises.
    """

    headers: Mapping[str, str]
    chunks: Iterator[bytes]
    clock: Clock

    @property
    def is_events(self) -> bool:
        """Whether it comes as server-sent events."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower() == "text/event-stream"

    def begin(self) -> None:
        """Say that the answer itself has begun: from now on a silence may last no longer than `silence_s`."""
        self.clock.begin()

    def finish(self) -> None:
        """Read what may still come after the answer's own end, so that the connection can be used again."""
        self.clock.until = min(self.clock.until, time.monotonic() + FINISH_S)
        with suppress(httpx.HTTPError, ProviderError):
            for _ in self.chunks:
                pass


@dataclass(frozen=True)
class ProviderHttp:
    """Calls to one provider.

    Attributes:
        headers: with every call, such as the one that bears the key.
        is_link: whether the address is one that the provider told us: a private one only if it is the provider's own.
    """

    connection: Connection
    headers: Mapping[str, str] = field(default_factory=dict)
    is_link: bool = False

    def ask(
        self, method: str, url: str, most_bytes: int, *, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Make a call and wait for the whole of its answer.

        Args:
            body: bytes as they are, anything else as JSON.
            most_bytes: of the answer, uncompressed.

        Raises:
            ProviderBusy: CC-0321. ProviderUnreachable: CC-0322. ProviderRefusedKey: CC-0323.
            ProviderRefusedCall: CC-0324. UnusableAnswer: CC-0325. AnswerDeclined: CC-0326.
            AddressRefused: CC-0327. UntrustedCertificate: CC-0328.
        """
        with self.listen(method, url, most_bytes, body=body, headers=headers) as stream:
            return Reply(stream.headers, b"".join(_begun(stream)), self.connection.key)

    @contextmanager
    def listen(
        self, method: str, url: str, most_bytes: int, *, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Iterator[Stream]:
        """Make a call whose answer is read while it comes. Arguments and errors: see `ask`."""
        place = self._place(url)
        clock = Clock(
            self._seconds("first_byte_s", FIRST_BYTE_S),
            self._seconds("silence_s", SILENCE_S),
            time.monotonic() + self._seconds("longest_s", LONGEST_S),
        )
        content = body if isinstance(body, bytes) or body is None else json.dumps(body, ensure_ascii=False).encode()
        sent = {"User-Agent": AGENT, "Accept-Encoding": "gzip", **self.headers, **(headers or {})}
        if content is not None and not isinstance(body, bytes):
            sent["Content-Type"] = "application/json"
        token = CLOCK.set(clock)
        try:
            with (
                _masking(self.connection.key),
                self._understood(clock),
                CLIENTS.borrowed(place) as client,
                client.stream(method, url, content=content, headers=sent) as answer,
            ):
                names = {name.lower(): value for name, value in answer.headers.items()}
                if not answer.is_success:
                    said = self.masked(_beginning(answer, names).decode("utf-8", "replace"))
                    place_said = {name: self.masked(value) for name, value in names.items()}
                    raise read_refusal(answer.status_code, place_said, said)
                stream = Stream(names, iter(()), clock)
                most = most_bytes * EVENT_OVERHEAD if stream.is_events else most_bytes
                stream.chunks = _bounded(_uncompressed(answer.iter_raw(), names, most_bytes), most)
                yield stream
        finally:
            CLOCK.reset(token)

    def _place(self, url: str) -> Place:
        """Raises: AddressRefused, CC-0327."""
        may_be_private = self.connection.may_be_private
        if self.is_link:
            may_be_private &= _host(url) == _host(self.connection.base_url)
        asked = require_form(url, may_be_private)
        proxy, ca_file = (str(self.connection.options.get(name) or "") for name in ("proxy", "ca_file"))
        if (proxy or ca_file) and not self.connection.may_be_private:
            raise AddressRefused("Only the installation's own providers have a proxy or a ca_file.")
        if proxy:
            require_form(proxy, may_be_private=True)
        host = asked.raw_host.decode("ascii")
        return Place(asked.scheme, host, asked.port, may_be_private, proxy, ca_file)

    def _seconds(self, name: str, default: float) -> float:
        return float(self.connection.options.get(name) or default)

    @contextmanager
    def _understood(self, clock: Clock) -> Iterator[None]:
        """Say what went wrong on the way in our words."""
        try:
            yield
        except (httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise ProviderUnreachable("The provider does not answer.", detail=self.masked(repr(error))) from error
        except httpx.TimeoutException as error:
            said = (
                "The provider's answer takes too long." if clock.was_late else "The provider was silent for too long."
            )
            raise ProviderUnreachable(said, detail=self.masked(repr(error)), may_cost=True) from error
        except httpx.ConnectError as error:
            detail = self.masked(repr(error))
            if "CERTIFICATE_VERIFY_FAILED" in detail:
                raise UntrustedCertificate("The provider's certificate is not to be trusted.", detail=detail) from error
            raise ProviderUnreachable("The provider cannot be reached.", detail=detail) from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise AddressRefused("A provider's address cannot be read.", detail=self.masked(repr(error))) from error
        except httpx.HTTPError as error:
            detail = self.masked(repr(error))
            raise ProviderUnreachable("The provider broke off.", detail=detail, may_cost=True) from error
        except OSError as error:  # a certificate file of the operator's that cannot be read
            raise UntrustedCertificate("The provider's ca_file cannot be read.", detail=repr(error)) from error

    def masked(self, said: str) -> str:
        """What a provider said, without the key, wherever it stands."""
        return mask(said, self.connection.key)


def _host(url: str) -> str:
    try:
        return httpx.URL(url).host
    except httpx.InvalidURL:
        return ""


def mask(said: str, key: str) -> str:
    """A text without a key, wherever it stands in it."""
    return said.replace(key, "…") if key else said


@contextmanager
def _masking(key: str) -> Iterator[None]:
    """Keep the key out of what the log is told."""
    try:
        yield
    except ProviderError as error:
        error.detail = mask(error.detail, key)
        raise


def _begun(stream: Stream) -> Iterator[bytes]:
    for chunk in stream.chunks:
        stream.begin()
        yield chunk


def _beginning(answer: httpx.Response, headers: Mapping[str, str]) -> bytes:
    """The first of what a provider says when it refuses; a refusal whose words break off stays one."""
    said = bytearray()
    try:
        for chunk in _uncompressed(answer.iter_raw(), headers, REFUSAL_BYTES):
            said += chunk
            if len(said) >= REFUSAL_BYTES:
                break
    except (httpx.HTTPError, UnusableAnswer):
        pass
    return bytes(said[:REFUSAL_BYTES])


def _bounded(chunks: Iterable[bytes], most_bytes: int) -> Iterator[bytes]:
    count = 0
    for chunk in chunks:
        count += len(chunk)
        if count > most_bytes:
            raise UnusableAnswer("The provider answers with far too much.", detail=f"{most_bytes=}", may_cost=True)
        yield chunk


def _uncompressed(chunks: Iterable[bytes], headers: Mapping[str, str], most_bytes: int) -> Iterator[bytes]:
    """Uncompress in pieces: a few bytes may stand for gigabytes, which never come to stand in memory.

    Raises:
        UnusableAnswer: CC-0325.
    """
    coding = headers.get("content-encoding", "").strip().lower()
    if coding in {"", "identity"}:
        yield from chunks
        return
    if coding not in {"gzip", "x-gzip", "deflate"}:
        raise UnusableAnswer("The provider's answer is compressed in a way we did not ask for.", detail=coding)
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip and zlib, whichever it is
    most = most_bytes + 1
    try:
        for chunk in chunks:
            yield inflater.decompress(chunk, most)
            while inflater.unconsumed_tail:
                yield inflater.decompress(inflater.unconsumed_tail, most)
    except zlib.error as error:
        raise UnusableAnswer(
            "The provider's answer cannot be uncompressed.", detail=str(error), may_cost=True
        ) from error
    if not inflater.eof:
        raise ProviderUnreachable("The provider broke off.", detail="gzip without its end", may_cost=True)


def read_base64(coded: Any) -> bytes:
    """Raises: UnusableAnswer, CC-0325."""
    try:
        return base64.b64decode(coded, validate=True)
    except (binascii.Error, TypeError, ValueError) as error:
        said = "The provider answers with a file that cannot be read."
        raise UnusableAnswer(said, detail=str(error), may_cost=True) from error


def read_json(content: bytes | str) -> Any:
    """Raises: UnusableAnswer, CC-0325."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        said = content[:200] if isinstance(content, str) else content[:200].decode("utf-8", "replace")
        raise UnusableAnswer("The provider answers with no JSON.", detail=said, may_cost=True) from error


def read_json_object(content: bytes | str) -> dict[str, Any]:
    """Raises: UnusableAnswer, CC-0325."""
    value = read_json(content)
    if not isinstance(value, dict):
        raise UnusableAnswer("The provider answers with no JSON object.", detail=str(type(value)), may_cost=True)
    return value
