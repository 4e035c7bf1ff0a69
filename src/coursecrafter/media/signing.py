"""Who signs the content credentials of this installation: an operator's certificate, or one made at the first use.

A certificate that we made ourselves proves that a file was not changed since it left; whose it is, nobody vouches for,
and a reader says so. Its authority's key is thrown away at once, so nothing else can be signed in its name.

Source: C2PA 2.x, X.509 certificates; RFC 5280.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from coursecrafter.errors import VideoError

OWN = "own"
OWN_FILE = "content-credentials.pem"
YEARS = timedelta(days=3653)
CLAIM_SIGNING = x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1")  # C2PA 2.x, id-kp-c2pa-claimSigning
CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


class UnusableSigningKey(VideoError):
    """The certificate or the key that signs videos cannot be used."""

    code = "CC-0210"
    status = 503
    remedy = (
        "Correct COURSECRAFTER_C2PA_CERT and COURSECRAFTER_C2PA_KEY, or set COURSECRAFTER_C2PA_OFF to make videos"
        " without content credentials."
    )


@dataclass(frozen=True, slots=True)
class SigningIdentity:
    """A key, and the certificates that say whose it is.

    Attributes:
        name: part of content keys: what is signed once is not signed again under the same name. All certificates that
            installations make themselves have one name, so that workers with homes of their own share their results.
        algorithm: as C2PA calls it ("es256").
        chain_pem: the signer's certificate, then those above it.
        key_pem: PKCS 8. Never shown.
    """

    name: str
    algorithm: str
    chain_pem: bytes
    key_pem: bytes = field(repr=False)

    @property
    def is_own(self) -> bool:
        """Whether the installation made it itself."""
        return self.name == OWN


def load_signing(home: Path, environment: Mapping[str, str] | None = None) -> SigningIdentity | None:
    """Read COURSECRAFTER_C2PA_CERT and _KEY (paths of PEM files); without them the home's own, made at the first call.

    Returns:
        None where COURSECRAFTER_C2PA_OFF is set.

    Raises:
        UnusableSigningKey: CC-0210.
    """
    env = os.environ if environment is None else environment
    if env.get("COURSECRAFTER_C2PA_OFF", "").lower() not in {"", "0", "false", "no"}:
        return None
    paths = [env.get(f"COURSECRAFTER_C2PA_{name}") or "" for name in ("CERT", "KEY")]
    if any(paths):
        chain_pem, key_pem = (_read(path, name) for path, name in zip(paths, ("CERT", "KEY"), strict=True))
        chain = _certificates(chain_pem)
        return _identity(hashlib.sha256(chain[0].public_bytes(Encoding.DER)).hexdigest(), chain, key_pem)
    return _own_identity(home)


def _read(path: str, name: str) -> bytes:
    try:
        return Path(path).read_bytes() if path else b""
    except OSError as error:
        raise UnusableSigningKey(f"COURSECRAFTER_C2PA_{name} names a file that cannot be read.") from error


def _certificates(chain_pem: bytes) -> Sequence[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(chain_pem)
    except ValueError as error:
        raise UnusableSigningKey("The certificate that signs videos is not a PEM file.", detail=str(error)) from error


def _identity(name: str, chain: Sequence[x509.Certificate], key_pem: bytes) -> SigningIdentity:
    key = _private_key(key_pem)
    if _public_bytes(key.public_key()) != _public_bytes(chain[0].public_key()):
        raise UnusableSigningKey("The key that signs videos is not that of the first certificate.")
    if not chain[0].not_valid_before_utc <= datetime.now(UTC) < chain[0].not_valid_after_utc:
        raise UnusableSigningKey(
            f"The certificate that signs videos is valid from {chain[0].not_valid_before_utc:%Y-%m-%d}"
            f" to {chain[0].not_valid_after_utc:%Y-%m-%d}."
        )
    pem = b"".join(certificate.public_bytes(Encoding.PEM) for certificate in chain)
    # C2PA's library takes PKCS 8 only; OpenSSL's older commands write other forms.
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return SigningIdentity(name, _algorithm(key), pem, plain)


def _private_key(key_pem: bytes) -> PrivateKey:
    try:
        key = load_pem_private_key(key_pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # Nothing of the error goes into the log: it may quote the key.
        raise UnusableSigningKey("The key that signs videos is not an open PEM key.") from None
    if not isinstance(key, PrivateKey):
        raise UnusableSigningKey("The key that signs videos is of a kind that C2PA does not know.")
    return key


def _algorithm(key: PrivateKey) -> str:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        if key.curve.name not in CURVES:
            raise UnusableSigningKey(f"The key that signs videos is on the curve {key.curve.name}.")
        return CURVES[key.curve.name]
    return "ps256" if isinstance(key, rsa.RSAPrivateKey) else "ed25519"


def _public_bytes(key: object) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined, no-any-return]


def _own_identity(home: Path) -> SigningIdentity:
    """The home's own certificate, made at the first call and again when it has run out."""
    path = home / OWN_FILE
    try:
        if not path.exists():
            _write(path, is_first=True)
        content = path.read_bytes()
        chain = _certificates(content)
        if chain[0].not_valid_after_utc <= datetime.now(UTC):
            _write(path, is_first=False)
            content = path.read_bytes()
            chain = _certificates(content)
    except OSError as error:
        raise UnusableSigningKey(
            "The home has no certificate to sign videos with, and none could be made.", detail=str(error)
        ) from error
    return _identity(OWN, chain, content)


def _write(path: Path, *, is_first: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Whole or absent, and readable for its owner alone: `mkstemp` sees to the latter.
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(_made())
    try:
        if is_first:
            # Of two that start at once, both read what one of them wrote.
            with suppress(FileExistsError):
                os.link(name, path)
        else:
            Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)  # a key that is left behind is one that nobody looks after


def _made() -> bytes:
    """A new key with its certificate and that of the authority that signed it, in one PEM file."""
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    top = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Course Crafter"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Self-made authority of an installation"),
        ]
    )
    below = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Course Crafter"),
            x509.NameAttribute(NameOID.COMMON_NAME, "An installation, vouched for by nobody"),
        ]
    )
    root = (
        _begun(top, top, authority)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(authority, SHA256())
    )
    leaf = (
        _begun(below, top, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        # Readers before C2PA 2.2 know only the usages of mail and documents.
        .add_extension(x509.ExtendedKeyUsage([CLAIM_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()),
            critical=False,
        )
        .sign(authority, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + leaf.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM)


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # clocks of readers may be slow
        .not_valid_after(now + YEARS)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
