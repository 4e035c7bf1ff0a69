"""What every video gets after it was put together: its documents, its report, its content credentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from coursecrafter.domain.keys import content_key
from coursecrafter.domain.output import AssetType, Output
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.bench import Bench
from coursecrafter.jobs.steps import Produced, Step
from coursecrafter.media import report, transcript
from coursecrafter.media.caption_files import chapters_to_vtt, to_srt, to_vtt, to_words_json
from coursecrafter.media.captions import Caption, SpokenText, words_of
from coursecrafter.media.credentials import CREDENTIALS_VERSION, MIME_TYPE, Credentials, sign_video
from coursecrafter.media.mp4 import Chapter
from coursecrafter.media.report import Report
from coursecrafter.media.transcript import Passage


def sign(bench: Bench, video: StoredObject, credentials: Credentials, label: str) -> StoredObject:
    """The video with its content credentials, or as it is on a bench without a key.

    A signature is another one each time, so it is a step of its own: what was signed once is found again.

    Raises:
        UnusableSigningKey: CC-0210.
        CredentialsNotMade: CC-0211.
    """
    identity = bench.signing()
    if identity is None:
        return video

    def make(folder: Path) -> Mapping[str, Produced]:
        unsigned, signed = folder / "unsigned.mp4", folder / "signed.mp4"
        bench.store.copy_to(video, unsigned)
        sign_video(unsigned, signed, credentials, identity)
        return {"video": Produced(signed, MIME_TYPE)}

    key = content_key("sign", CREDENTIALS_VERSION, video=video.sha256, signer=identity.name, **credentials.to_key())
    (done,) = bench.steps.run([Step("sign", key, make, label)])
    return done.files["video"]


def document(bench: Bench, role: str, text: str, suffix: str, mime_type: str, language: str | None = None) -> Output:
    """A text as an output; half a character becomes a question mark."""
    stored = bench.store.put_bytes(text.encode("utf-8", "replace"), mime_type)
    return Output(role, AssetType.DOCUMENT, stored, suffix, {"language": language} if language else {})


@dataclass(frozen=True, slots=True)
class Told:
    """What is said and shown in a video, for the documents beside it.

    Attributes:
        title, language: of the video.
        captions, spoken: from `media.captions`; what is spoken, scene by scene.
        chapters: in order of time.
        passages: for the transcript.
        end_s: when the video ends.
    """

    title: str
    language: str
    captions: Sequence[Caption]
    spoken: Sequence[Sequence[SpokenText]]
    chapters: Sequence[Chapter]
    passages: Sequence[Passage]
    end_s: Fraction


def text_outputs(bench: Bench, told: Told) -> list[Output]:
    """Captions, words, chapters and transcripts, each with the language it is in."""
    language = told.language
    marks = [(chapter.start_s, chapter.title) for chapter in told.chapters]
    texts = {
        "captions_vtt": (to_vtt(told.captions, language), ".vtt", "text/vtt"),
        "captions_srt": (to_srt(told.captions, language), ".srt", "application/x-subrip"),
        "words_json": (to_words_json(words_of(told.spoken), language), ".json", "application/json"),
        "chapters_vtt": (chapters_to_vtt(marks, told.end_s, language), ".vtt", "text/vtt"),
        "transcript_txt": (transcript.to_text(told.title, told.passages), ".txt", "text/plain"),
        "transcript_html": (transcript.to_html(told.title, language, told.passages), ".html", "text/html"),
    }
    return [document(bench, role, *text, language) for role, text in texts.items()]


def report_outputs(bench: Bench, made: Report) -> list[Output]:
    """The report, for programs and for people."""
    return [
        document(bench, "report_json", report.to_json(made), ".json", "application/json"),
        document(bench, "report_html", report.to_html(made), ".html", "text/html"),
    ]


def signed_by(bench: Bench, credentials: Credentials) -> str:
    """Who vouches for a video, as a sentence for its report."""
    identity = bench.signing()
    if identity is None:
        return "It carries no content credentials."
    whose = "signed by this installation; nobody else vouches for it" if identity.is_own else "signed by its publisher"
    return f"It carries content credentials (C2PA) of {credentials.publisher}, {whose}."
