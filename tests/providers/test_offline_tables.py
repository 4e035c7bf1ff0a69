"""A slide's table without a model: its rows in order, under the names of their columns."""

from __future__ import annotations

import pytest

from coursecrafter.gateway.ports import TextRequest
from coursecrafter.gateway.providers.offline_text import OfflineText

TRUCKS = ("Truck, Speed, Load", "Counterbalance, 20 km/h, 3 t", "Reach truck, 12 km/h, 2 t", "Jack, 6 km/h, 1.5 t")
ROLES = (
    "Role, Does what in the warehouse, Reports every week to",
    "Driver, Moves the pallets from the dock to the racks, Shift lead",
    "Shift lead, Plans the shift and assigns all of the drivers, Site manager",
    "Site manager, Runs the whole site and signs the safety plan, Head office",
    "Cleaner, Keeps the lanes free of oil and of broken pallets, Shift lead",
    "Guard, Opens the gates and checks the papers of drivers, Site manager",
)


def narration(writer: OfflineText, *lines: str, language: str = "en") -> str:
    scene = {"ref": "slide 1", "heading": "Our site", "texts": ["\n".join(("Our site", *lines))], "notes": ""}
    scenes = writer.write(TextRequest("outline", language, {"title": "Our site", "scenes": [scene]})).value["scenes"]
    return " ".join(segment["text"] for segment in scenes[0]["segments"])


def test_each_row_is_told_under_the_names_of_its_columns(writer: OfflineText) -> None:
    assert narration(writer, *TRUCKS) == (
        "Our site. Counterbalance – Speed: 20 km/h; Load: 3 t. Reach truck – Speed: 12 km/h; Load: 2 t. "
        "Jack – Speed: 6 km/h; Load: 1.5 t."
    )


@pytest.mark.parametrize(
    ("language", "lines", "told"),
    [
        ("en", ("What, Limit", "Speed, 10 km/h", "Load, 3 kg"), "Limit – Speed: 10 km/h; Load: 3 kg."),
        ("de", ("Was, Grenze", "Tempo, 10 km/h", "Last, 3,5 kg"), "Grenze – Tempo: 10 km/h; Last: 3,5 kg."),
        ("fr", ("Quoi, Limite", "Vitesse, 10 km/h", "Charge, 3 kg"), "Limite – Vitesse : 10 km/h ; Charge : 3 kg."),
        ("es", ("Qué, Límite", "Velocidad, 10 km/h", "Carga, 3 kg"), "Límite – Velocidad: 10 km/h; Carga: 3 kg."),
        ("pt", ("O quê, Limite", "Velocidade, 10 km/h", "Carga, 3 kg"), "Limite – Velocidade: 10 km/h; Carga: 3 kg."),
        ("ar", ("البند, الحد", "السرعة, 10 كم", "الحمولة, 3 كغ"), "الحد – السرعة: 10 كم؛ الحمولة: 3 كغ."),
        ("en", ("Rome, 2019", "Oslo, 2021", "Bonn, 2023"), "Rome: 2019; Oslo: 2021; Bonn: 2023."),
        ("en", ("Year, Trucks", "2022, 14", "2023, 19"), "Trucks – 2022: 14; 2023: 19."),
    ],
)
def test_two_columns_are_names_and_values(
    writer: OfflineText, language: str, lines: tuple[str, ...], told: str
) -> None:
    assert narration(writer, *lines, language=language) == f"Our site. {told}"


def test_what_does_not_fit_is_left_out_at_the_end(writer: OfflineText) -> None:
    told = narration(writer, *ROLES)

    kept = told.removesuffix(".").split(". ")
    assert kept == list(ROLES[: len(kept)])
    assert 1 < len(kept) < len(ROLES)


def test_what_stands_around_a_table_is_still_said(writer: OfflineText) -> None:
    told = narration(writer, "Three trucks work here.", *TRUCKS, "Forks", "Masts")

    assert told.startswith("Our site. Three trucks work here. Counterbalance – ")
    assert told.endswith(" 1.5 t. Forks, Masts.")


@pytest.mark.parametrize(
    "lines",
    [
        ("Apples, pears", "Nuts, figs", "Plums, dates"),
        ("Lift, then turn", "Drive 10 m"),
        ("We lift, and we turn.", "We drive, and we stop at 3.", "We brake, and we park at 4."),
    ],
)
def test_lines_with_commas_are_no_table(writer: OfflineText, lines: tuple[str, ...]) -> None:
    joint = " " if lines[0].endswith(".") else ", "

    assert narration(writer, *lines) == f"Our site. {joint.join(lines).removesuffix('.')}."


def test_a_row_of_numbers_alone_is_not_said(writer: OfflineText) -> None:
    assert narration(writer, "Trucks of ours", "1, 2, 3") == "Our site. Trucks of ours."
