"""A stand-in for an OpenID provider and for a larger platform: it speaks the protocol and lies when told."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

CLIENT, SECRET = "course-crafter", "a secret of the client"


@dataclass(frozen=True)
class Signer:
    """A private key, and how it signs."""

    key_id: str
    algorithm: str
    key: Any

    @property
    def public(self) -> dict[str, Any]:
        makers = {"R": RSAAlgorithm, "P": RSAAlgorithm, "E": ECAlgorithm}
        maker = OKPAlgorithm if self.algorithm == "EdDSA" else makers[self.algorithm[0]]
        jwk = maker.to_jwk(self.key.public_key(), as_dict=True)
        return {**jwk, "kid": self.key_id, "alg": self.algorithm, "use": "sig"}

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        return jwt.encode(claims, self.key, self.algorithm, headers={"kid": self.key_id} | header)


@cache
def signer(key_id: str = "one", algorithm: str = "RS256") -> Signer:
    if algorithm == "ES256":
        return Signer(key_id, algorithm, ec.generate_private_key(ec.SECP256R1()))
    if algorithm == "EdDSA":
        return Signer(key_id, algorithm, ed25519.Ed25519PrivateKey.generate())
    return Signer(key_id, algorithm, rsa.generate_private_key(65537, 2048))


@dataclass
class StandIn:
    """What the provider says, and what it was asked.

    Attributes:
        person: claims about who signs in.
        changes: claims that are put over the right ones; None takes one out.
        made_by: makes the token instead of the right signer.
        pages: answers of its own for some paths: status, headers, body.
        asked: paths in order.
    """

    url: str
    person: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    made_by: Any = None
    signers: list[Signer] = field(default_factory=lambda: [signer()])
    discovery: dict[str, Any] = field(default_factory=dict)
    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorize(self, url: str) -> dict[str, str]:
        """What the browser brings back after the person has signed in at the provider."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe()
        self.codes[code] = query
        return {"state": query["state"], "code": code, "iss": self.url}

    def claims(self, nonce: str | None = None, audience: str = CLIENT) -> dict[str, Any]:
        now = int(time.time())
        right = {"iss": self.url, "aud": audience, "sub": "ada", "iat": now, "exp": now + 300, "nonce": nonce}
        both = right | self.person | self.changes
        return {name: value for name, value in both.items() if value is not None}

    def token(self, nonce: str | None = None, audience: str = CLIENT) -> str:
        claims = self.claims(nonce, audience)
        return self.made_by(claims) if self.made_by else self.signers[0].sign(claims)

    def answer(self, path: str, form: dict[str, str], auth: str) -> tuple[int, dict[str, str], bytes]:
        self.asked.append(path)
        if path in self.pages:
            return self.pages[path]
        if path == "/.well-known/openid-configuration":
            return _json(self.described() | self.discovery)
        if path == "/keys":
            return _json({"keys": [one.public for one in self.signers]})
        return self.exchange(form, auth) if path == "/token" else (404, {}, b"")

    def described(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }

    def exchange(self, form: dict[str, str], auth: str) -> tuple[int, dict[str, str], bytes]:
        begun = self.codes.pop(form.get("code", ""), None)
        is_client = auth == "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        is_client |= (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        hashed = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
        is_right = begun is not None and begun["code_challenge"] == challenge
        if not is_client or not is_right or begun is None or begun["redirect_uri"] != form["redirect_uri"]:
            return 400, {}, b'{"error": "invalid_grant"}'
        return _json({"access_token": "x", "token_type": "Bearer", "id_token": self.token(begun["nonce"])})


def _json(value: Any) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": "application/json"}, json.dumps(value).encode()


@contextmanager
def open_provider() -> Iterator[StandIn]:
    """Run a provider on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        provider: ClassVar[StandIn]

        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer({name: values[0] for name, values in parse_qs(text).items()})

        def _answer(self, form: dict[str, str]) -> None:
            auth = self.headers.get("Authorization", "")
            status, headers, body = self.provider.answer(urlsplit(self.path).path, form, auth)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Handler.provider = StandIn(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield Handler.provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def unsigned(claims: dict[str, Any]) -> str:
    """A token of the algorithm `none`."""
    return jwt.encode(claims, None, "none")


def signed_with_the_public_key(claims: dict[str, Any]) -> str:
    """A token whose HMAC takes the public key for a secret: what a careless check would believe."""
    public = json.dumps(signer().public).encode()
    header = {"alg": "HS256", "typ": "JWT", "kid": "one"}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    mark = hmac.new(public, b".".join(parts), "sha256").digest()
    return b".".join([*parts, base64.urlsafe_b64encode(mark).rstrip(b"=")]).decode()


def signed_by_a_stranger(claims: dict[str, Any]) -> str:
    """A token with the right key's name and another key's signature."""
    return Signer("one", "RS256", signer("other").key).sign(claims)


def signed_with_an_unknown_key(claims: dict[str, Any]) -> str:
    """A token that names a key which the provider does not have."""
    return signer("unknown").sign(claims)


def with_changed_claims(claims: dict[str, Any]) -> str:
    """A rightly signed token whose claims were changed afterwards."""
    head, _, mark = signer().sign(claims).split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims | {"sub": "eve"}).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{mark}"


def with_a_key_of_its_own(claims: dict[str, Any]) -> str:
    """A token that brings the key to check it with (jwk) and says where more are (jku)."""
    other = signer("other")
    return other.sign(claims, jwk=other.public, jku="http://127.0.0.1:9/keys", kid="one")


LIES = (
    unsigned,
    signed_with_the_public_key,
    signed_by_a_stranger,
    signed_with_an_unknown_key,
    with_changed_claims,
    with_a_key_of_its_own,
)

WRONG_CLAIMS: tuple[dict[str, Any], ...] = (
    {"iss": "https://other.example"},
    {"iss": None},
    {"aud": "another-program"},
    {"aud": None},
    {"exp": 1_700_000_000},
    {"exp": None},
    {"iat": None},
    {"iat": 4_000_000_000},
    {"nbf": 4_000_000_000},
    {"sub": None},
    {"exp": "never"},
)
