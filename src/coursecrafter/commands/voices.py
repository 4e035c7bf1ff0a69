"""`coursecrafter voices`: the voices that a course may be spoken with, by whom, and a sample of one."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click
from rich.table import Table

from coursecrafter.authoring.library import ensure_library
from coursecrafter.commands.tables import columns, console
from coursecrafter.config import load_settings
from coursecrafter.errors import GatewayError
from coursecrafter.gateway.connections import candidates_for
from coursecrafter.gateway.ports import Kind, Mode, Purpose
from coursecrafter.gateway.providers.offline_voices import UnknownVoice
from coursecrafter.gateway.sealing import load_keyring
from coursecrafter.gateway.speech_step import speak_texts
from coursecrafter.gateway.voices import VoiceOffer, all_voices, sample_text
from coursecrafter.progress import BuildProgress
from coursecrafter.wiring import Who, Workshop, open_workshop

TASK = "voice_sample"


class SampleUnwritten(GatewayError):
    """The sample of a voice cannot be written where it should go."""

    code = "CC-0353"
    status = 422
    remedy = "Name a file in a folder that is there, with --output."


@click.command()
@click.option("--language", help="Only those of a language, such as de or pt-br.")
@click.option("--gender", type=click.Choice(["female", "male"]), help="Only women's or men's.")
@click.option("--sample", metavar="NAME", help="Have this voice say a sentence, instead of a list.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Where the sample goes; NAME.wav."
)
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_obj
def voices(
    who: Who, language: str | None, gender: str | None, sample: str | None, output: Path | None, *, as_json: bool
) -> None:
    """List the voices: who speaks them, and whether the times of their words are exact.

    Words light up in time with a voice; where a provider does not say when a word sounds, its time is estimated.
    """
    with BuildProgress(is_quiet=True) as progress, open_workshop(load_settings(), progress, who) as shop:
        offers = _offers(shop)
        if sample is not None:
            _write_sample(shop, offers, sample, output or Path(f"{sample}.wav"))
            return
    wanted = (language or "").lower().replace("_", "-")
    shown = [
        offer
        for offer in offers
        if gender in {None, offer.gender} and (not wanted or f"{offer.language}-".startswith(f"{wanted}-"))
    ]
    if as_json:
        click.echo(json.dumps([asdict(offer) for offer in shown], indent=2, ensure_ascii=False))
    elif shown:
        console().print(_table(shown))
    else:
        spoken = sorted({offer.language for offer in offers})
        click.echo(f"There is no such voice. Languages: {', '.join(spoken)}.")


def _offers(shop: Workshop) -> list[VoiceOffer]:
    """The voices of the organisation's route for speech."""
    with shop.database.app(shop.identity()) as conn:
        project_id = ensure_library(conn, shop.author)
    with shop.database.worker(shop.identity(project_id)) as conn:
        keyring = load_keyring(shop.settings.home)
        return all_voices(candidates_for(conn, project_id, Kind.SPEECH, Mode.STANDARD, keyring))


def _write_sample(shop: Workshop, offers: list[VoiceOffer], name: str, path: Path) -> None:
    """Have a voice say a sentence; what it said before is found again."""
    offer = next((one for one in offers if one.name == name), None)
    if offer is None:
        raise UnknownVoice(f"There is no voice “{name}”; “coursecrafter voices” lists them.")
    language = offer.language or "en"
    with shop.database.app(shop.identity()) as conn:
        project_id = ensure_library(conn, shop.author)
    bench = shop.bench(project_id)
    purpose = Purpose(project_id, None, None, TASK)
    texts = [sample_text(language)]
    (speech,) = speak_texts(
        bench.steps, bench.store, bench.gateway, texts, language=language, voice=name, purpose=purpose
    )
    if speech is None:
        raise UnknownVoice(f"The voice “{name}” has nothing to say.")
    try:
        path.write_bytes(bench.store.get_bytes(speech.sound))
    except OSError as error:
        raise SampleUnwritten(f"{path} cannot be written.", detail=str(error)) from error
    click.echo(f"{path}: “{texts[0]}” {float(speech.duration_s):.1f} s by {speech.provider} ({speech.model}).")


def _table(offers: list[VoiceOffer]) -> Table:
    table = columns("Voice", "Language", "Gender", "Accent", "Tone", ">Words/min", "By", "As", "Word times")
    for offer in offers:
        table.add_row(
            offer.name,
            offer.language or "any",
            offer.gender or "–",
            offer.accent or "–",
            offer.tone or "–",
            str(offer.pace_wpm or "–"),
            f"{offer.provider}/{offer.model}" if offer.model else offer.provider,
            "" if offer.provider_voice == offer.name else offer.provider_voice,
            "exact" if offer.has_exact_word_times else "estimated",
        )
    return table
