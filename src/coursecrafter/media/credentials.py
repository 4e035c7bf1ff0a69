"""Content credentials: a signed note in a video that says how it was made, and shows whether it was changed since.

Signing comes last, over the finished file: the note is one box after `ftyp`, and only the places of chunks move. No
network is asked: no authority for time stamps, no note that stands elsewhere.

Source: C2PA 2.x (manifest, `c2pa.actions.v2`, BMFF hash); IPTC NewsCodes, Digital Source Type.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from c2pa import Builder, C2paError, C2paSignerInfo, Context, Reader, Signer

from coursecrafter.errors import VideoError
from coursecrafter.media.signing import SigningIdentity

CREDENTIALS_VERSION = 1
"""Part of the content key of a signed video; raise it when the same parts give another note."""

MIME_TYPE = "video/mp4"
TERMS = "http://cv.iptc.org/newscodes/digitalsourcetype/"
PRODUCT = "Course Crafter"
UNKNOWN_SIGNER = "signingCredential.untrusted"
OFFLINE = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_after_sign": False},
    # More of a video than this is kept on disk while it is signed: three hours of one are half a gigabyte, twice.
    "core": {"allowed_network_hosts": [], "backing_store_memory_threshold_in_mb": 8},
    "builder": {
        "thumbnail": {"enabled": False},
        "actions": {f"auto_{name}_action": {"enabled": False} for name in ("created", "opened", "placed")},
    },
}


class CredentialsNotMade(VideoError):
    """A video's content credentials could not be made or do not hold."""

    code = "CC-0211"
    remedy = (
        "Build again; if it happens twice, report it with the log, and set COURSECRAFTER_C2PA_OFF to make videos"
        " without content credentials."
    )


class Source(StrEnum):
    """How something came to be; the value is the IPTC term."""

    MODEL = "trainedAlgorithmicMedia"
    WITH_MODEL = "compositeWithTrainedAlgorithmicMedia"
    PROGRAM = "algorithmicMedia"
    PERSON = "humanEdits"
    COMPOSITE = "composite"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a part of a video came from.

    Attributes:
        part: "script", "pictures", "voice", "music".
        source: how it came to be.
        made_by: the program or model, as "openai gpt-tts"; "" for people.
    """

    part: str
    source: Source
    made_by: str = ""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the note says.

    Attributes:
        title: of the video.
        publisher: who made it: the brand's organisation.
        origins: of its parts.
    """

    title: str
    publisher: str
    origins: tuple[Origin, ...]

    @property
    def source(self) -> Source:
        """How the video as a whole came to be."""
        sources = {origin.source for origin in self.origins}
        if sources & {Source.MODEL, Source.WITH_MODEL}:
            return Source.MODEL if sources == {Source.MODEL} else Source.WITH_MODEL
        return next(iter(sources)) if len(sources) == 1 else Source.COMPOSITE

    def to_key(self) -> dict[str, Any]:
        """All that it says, for a content key."""
        return {
            "title": self.title,
            "publisher": self.publisher,
            "origins": [[one.part, one.source.value, one.made_by] for one in self.origins],
        }


@dataclass(frozen=True, slots=True)
class Verified:
    """What a reader finds in a video.

    Attributes:
        holds: whether the file is as it was signed.
        is_trusted: whether somebody the reader knows vouches for the signer.
        signer: organisation in the signer's certificate.
        note: the note itself, as C2PA's JSON.
    """

    holds: bool
    is_trusted: bool
    signer: str
    note: dict[str, Any]


def origin_of_voice(made_by: Sequence[tuple[str, str]]) -> Origin:
    """Where voices came from, by their providers and models; the offline voice is a program, all others are models."""
    names = sorted({" ".join(part for part in pair if part) for pair in made_by})
    is_program = all(provider == "offline" for provider, _ in made_by)
    return Origin("voice", Source.PROGRAM if is_program else Source.MODEL, ", ".join(names))


def sign_video(source: Path, target: Path, credentials: Credentials, identity: SigningIdentity) -> None:
    """Write a video again, with its credentials in it, and read them back.

    Raises:
        CredentialsNotMade: CC-0211.
    """
    info = C2paSignerInfo(identity.algorithm.encode(), identity.chain_pem, identity.key_pem, None)
    try:
        with (
            Signer.from_info(info) as signer,
            Builder(_manifest(credentials), context=Context.from_dict(OFFLINE)) as builder,
            source.open("rb") as unsigned,
            target.open("w+b") as signed,
        ):
            builder.sign(signer, MIME_TYPE, unsigned, signed)
    except C2paError as error:
        raise CredentialsNotMade("The video could not be signed.", detail=str(error)) from error
    found = read_credentials(target)
    if found is None or not found.holds:
        raise CredentialsNotMade(
            "The video's content credentials do not hold.", detail=json.dumps(found.note if found else None)[-2000:]
        )


def read_credentials(path: Path, trusted_pem: str | None = None) -> Verified | None:
    """What a video's credentials say and whether they hold; None where it has none.

    Args:
        path: the video.
        trusted_pem: certificates of authorities that the reader knows; None: those that the library knows.
    """
    trust = {"trust": {"user_anchors": trusted_pem}} if trusted_pem else {}
    try:
        with path.open("rb") as file, Reader(MIME_TYPE, file, context=Context.from_dict(OFFLINE | trust)) as reader:
            found = json.loads(reader.json())
    except C2paError.ManifestNotFound:
        return None
    except C2paError as error:
        return Verified(holds=False, is_trusted=False, signer="", note={"error": str(error)})
    failures = {one["code"] for one in found.get("validation_status", ())}
    manifest = found["manifests"][found["active_manifest"]]
    signer = (manifest.get("signature_info") or {}).get("issuer") or ""
    return Verified(not failures - {UNKNOWN_SIGNER}, found.get("validation_state") == "Trusted", signer, found)


def _manifest(credentials: Credentials) -> dict[str, Any]:
    agent = {"name": PRODUCT, "version": version("coursecrafter")}
    made = {
        "action": "c2pa.created",
        "digitalSourceType": TERMS + credentials.source.value,
        "softwareAgent": agent,
        "description": "Put together from the parts that the actions below name.",
    }
    parts = [
        {
            "action": "c2pa.edited",
            "digitalSourceType": TERMS + origin.source.value,
            "softwareAgent": {"name": origin.made_by} if origin.made_by else agent,
            "description": f"The {origin.part} of the video.",
            "parameters": {"com.coursecrafter.part": origin.part},
        }
        for origin in credentials.origins
    ]
    about = {
        "@context": {"dc": "http://purl.org/dc/elements/1.1/"},
        "dc:title": [credentials.title],
        "dc:creator": [credentials.publisher],
    }
    told = json.dumps(credentials.to_key(), sort_keys=True)
    return {
        "claim_generator_info": [agent],
        "title": credentials.title,
        "format": MIME_TYPE,
        "instance_id": f"xmp:iid:{uuid5(NAMESPACE_URL, told)}",
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": [made, *parts]}},
            {"label": "cawg.metadata", "data": about},
        ],
    }
