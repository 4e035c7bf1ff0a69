"""Content credentials: signed last, true to the byte; nobody vouches for them until an operator brings a name."""

from __future__ import annotations

import hashlib
import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from traceback import format_exception

import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from coursecrafter.media.credentials import (
    Credentials,
    CredentialsNotMade,
    Origin,
    Source,
    origin_of_voice,
    read_credentials,
    sign_video,
)
from coursecrafter.media.signing import OWN_FILE, SigningIdentity, UnusableSigningKey, load_signing

SAID = Credentials(
    "Fire doors “save” lives",
    "Acme Safety",
    (Origin("script", Source.PERSON), Origin("voice", Source.MODEL, "openai gpt-tts")),
)


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "video.mp4"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30:duration=2"]
    command += ["-f", "lavfi", "-i", "sine=frequency=300:duration=2", "-movflags", "+faststart", "-pix_fmt", "yuv420p"]
    subprocess.run([*command, path], check=True, timeout=60)
    return path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def identity(home: Path) -> SigningIdentity:
    found = load_signing(home, {})
    assert found is not None
    return found


@pytest.fixture(scope="module")
def signed(video: Path, identity: SigningIdentity) -> Path:
    target = video.with_name("signed.mp4")
    sign_video(video, target, SAID, identity)
    return target


def frames_of(path: Path) -> str:
    command = ["ffmpeg", "-v", "error", "-err_detect", "explode", "-i", path, "-f", "framemd5", "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def actions_of(path: Path) -> list[dict[str, object]]:
    found = read_credentials(path)
    assert found is not None
    manifest = found.note["manifests"][found.note["active_manifest"]]
    return next(one["data"]["actions"] for one in manifest["assertions"] if one["label"] == "c2pa.actions.v2")


def test_a_signed_video_plays_as_before(video: Path, signed: Path) -> None:
    assert frames_of(signed) == frames_of(video)
    assert signed.stat().st_size - video.stat().st_size < 10_000


def test_it_says_how_its_parts_were_made(signed: Path) -> None:
    terms = [str(one["digitalSourceType"]).rsplit("/", 1)[-1] for one in actions_of(signed)]
    agents = [one["softwareAgent"]["name"] for one in actions_of(signed)]

    assert terms == ["compositeWithTrainedAlgorithmicMedia", "humanEdits", "trainedAlgorithmicMedia"]
    assert agents == ["Course Crafter", "Course Crafter", "openai gpt-tts"]


def test_it_says_who_published_it(signed: Path) -> None:
    found = read_credentials(signed)

    assert found is not None
    assert "Acme Safety" in str(found.note)
    assert found.note["manifests"][found.note["active_manifest"]]["title"] == SAID.title


def test_nobody_is_trusted_until_a_reader_knows_the_authority(signed: Path, identity: SigningIdentity) -> None:
    authority = x509.load_pem_x509_certificates(identity.chain_pem)[-1].public_bytes(Encoding.PEM).decode()

    stranger, friend = read_credentials(signed), read_credentials(signed, authority)

    assert stranger is not None
    assert friend is not None
    assert (stranger.holds, stranger.is_trusted) == (True, False)
    assert (friend.holds, friend.is_trusted) == (True, True)


@pytest.mark.parametrize("place", [0.2, 0.5, 0.9, 0.999])
def test_a_changed_byte_is_found(signed: Path, tmp_path: Path, place: float) -> None:
    content = bytearray(signed.read_bytes())
    content[int(len(content) * place)] ^= 1
    changed = tmp_path / "changed.mp4"
    changed.write_bytes(content)

    found = read_credentials(changed)

    assert found is not None
    assert not found.holds


def test_a_video_without_credentials_has_none(video: Path) -> None:
    assert read_credentials(video) is None


def test_what_is_no_video_cannot_be_signed(tmp_path: Path, identity: SigningIdentity) -> None:
    path = tmp_path / "no.mp4"
    path.write_bytes(b"no video" * 20)

    with pytest.raises(CredentialsNotMade):
        sign_video(path, tmp_path / "signed.mp4", SAID, identity)


def test_the_key_is_made_once_and_for_its_owner_alone(home: Path, identity: SigningIdentity) -> None:
    again = load_signing(home, {})

    assert again == identity
    assert (home / OWN_FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in home.iterdir()] == [OWN_FILE]
    assert "PRIVATE" not in repr(identity)


def test_workers_with_homes_of_their_own_have_one_name(tmp_path: Path, identity: SigningIdentity) -> None:
    other = load_signing(tmp_path, {})

    assert other is not None
    assert other.chain_pem != identity.chain_pem
    assert other.name == identity.name
    assert other.is_own


@pytest.mark.parametrize("value", ["1", "true", "yes"])
def test_credentials_can_be_switched_off(tmp_path: Path, value: str) -> None:
    assert load_signing(tmp_path, {"COURSECRAFTER_C2PA_OFF": value}) is None
    assert list(tmp_path.iterdir()) == []


def brought(folder: Path, key: object, days: int = 30) -> dict[str, str]:
    """An operator's certificate, signed by itself, and its key."""
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Acme Safety")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey) else SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return {"COURSECRAFTER_C2PA_CERT": str(folder / "cert.pem"), "COURSECRAFTER_C2PA_KEY": str(folder / "key.pem")}


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (ec.generate_private_key(ec.SECP256R1()), "es256"),
        (ec.generate_private_key(ec.SECP384R1()), "es384"),
        (ed25519.Ed25519PrivateKey.generate(), "ed25519"),
    ],
)
def test_an_operator_s_certificate_is_used(tmp_path: Path, key: object, algorithm: str) -> None:
    found = load_signing(tmp_path / "home", brought(tmp_path, key))

    assert found is not None
    assert (found.algorithm, found.is_own) == (algorithm, False)
    assert not (tmp_path / "home").exists()


def test_a_certificate_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    right = brought(tmp_path, key)
    (tmp_path / "no.pem").write_text("no key")
    other = tmp_path / "other"
    other.mkdir()
    brought(other, ec.generate_private_key(ec.SECP256R1()))
    wrong = [
        right | {"COURSECRAFTER_C2PA_KEY": str(other / "key.pem")},
        right | {"COURSECRAFTER_C2PA_KEY": str(tmp_path / "no.pem")},
        right | {"COURSECRAFTER_C2PA_CERT": str(tmp_path / "no.pem")},
        right | {"COURSECRAFTER_C2PA_CERT": str(tmp_path / "missing.pem")},
        {"COURSECRAFTER_C2PA_KEY": right["COURSECRAFTER_C2PA_KEY"]},
    ]

    for environment in wrong:
        with pytest.raises(UnusableSigningKey):
            load_signing(tmp_path, environment)
    with pytest.raises(UnusableSigningKey) as refused:
        load_signing(tmp_path, wrong[1])
    assert "ValueError" not in "".join(format_exception(refused.value))  # what a log line shows
    with pytest.raises(UnusableSigningKey, match="valid"):
        load_signing(tmp_path, brought(tmp_path, key, days=-1))
    with pytest.raises(UnusableSigningKey, match="curve"):
        load_signing(tmp_path, brought(tmp_path, ec.generate_private_key(ec.SECP256K1())))
    with pytest.raises(UnusableSigningKey, match="kind"):
        load_signing(tmp_path, brought(tmp_path, ed448.Ed448PrivateKey.generate()))


def test_a_certificate_that_has_run_out_is_made_again(tmp_path: Path) -> None:
    brought(tmp_path, ec.generate_private_key(ec.SECP256R1()), days=-1)
    held = (tmp_path / "key.pem").read_bytes() + (tmp_path / "cert.pem").read_bytes()
    (tmp_path / OWN_FILE).write_bytes(held)

    found = load_signing(tmp_path, {})

    assert found is not None
    assert (tmp_path / OWN_FILE).read_bytes() != held


def test_a_home_without_links_keeps_no_key_that_nobody_uses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)

    with pytest.raises(UnusableSigningKey):
        load_signing(tmp_path, {})

    assert not list(tmp_path.iterdir())


def test_a_home_that_cannot_be_written_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(UnusableSigningKey):
        load_signing(tmp_path / "file" / "home", {})


@pytest.mark.parametrize(
    ("sources", "whole"),
    [
        ([Source.PERSON, Source.PROGRAM], Source.COMPOSITE),
        ([Source.PERSON], Source.PERSON),
        ([Source.MODEL, Source.MODEL], Source.MODEL),
        ([Source.MODEL, Source.PROGRAM], Source.WITH_MODEL),
    ],
)
def test_the_whole_is_called_by_its_parts(sources: list[Source], whole: Source) -> None:
    origins = tuple(Origin(str(number), source) for number, source in enumerate(sources))

    assert Credentials("", "", origins).source is whole


def test_the_offline_voice_is_a_program_and_others_are_models() -> None:
    assert origin_of_voice([("offline", "espeak-ng")] * 2) == Origin("voice", Source.PROGRAM, "offline espeak-ng")
    assert origin_of_voice([("offline", ""), ("azure", "x")]).source is Source.MODEL


def test_a_large_file_plays_as_before_too(video: Path, identity: SigningIdentity, tmp_path: Path) -> None:
    large = tmp_path / "large.mp4"
    noise = np.random.default_rng(1).bytes(1 << 20)
    with large.open("wb") as file:
        file.write(video.read_bytes())
        file.write((len(noise) * 24 + 8).to_bytes(4) + b"free")
        for _ in range(24):
            file.write(noise)
    target = tmp_path / "signed.mp4"

    sign_video(large, target, SAID, identity)

    assert hashlib.sha256(frames_of(target).encode()).digest() == hashlib.sha256(frames_of(video).encode()).digest()
