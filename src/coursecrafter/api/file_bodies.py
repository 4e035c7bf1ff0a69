"""Calls whose body is a file, a form with one, or JSON instead: what they refuse, and what the OpenAPI page says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from coursecrafter.api.call import Call
from coursecrafter.api.file_forms import UnreadableForm
from coursecrafter.api.incoming_files import NameMissing
from coursecrafter.api.routing import Routes
from coursecrafter.db.refusals import Contended, NotAllowed, NotFound, ValueRefused
from coursecrafter.ingest.archive import (
    DeclaredEntities,
    EncryptedFile,
    OversizedPicture,
    TruncatedFile,
    ZipBomb,
)
from coursecrafter.ingest.guard import (
    DeckWithoutSlides,
    FileTooLarge,
    MacroDeck,
    NoPresentation,
    NotADeck,
    OldPowerPoint,
    WrongDocument,
)
from coursecrafter.ingest.inspection import TooMuchToShow, Undecodable
from coursecrafter.media.film import DamagedFilm, FilmTooLarge, FilmWithoutPictures, NotAFilm
from coursecrafter.media.recording import DamagedRecording, NotARecording, RecordingTooLong
from coursecrafter.storage.objects import StoreFull, StoreUnreachable
from coursecrafter.uploads.kinds import MislabelledFile, UnknownKind
from coursecrafter.uploads.names import UnsafeName
from coursecrafter.uploads.polyglots import PolyglotFile
from coursecrafter.uploads.quotas import RoomUsedUp
from coursecrafter.uploads.receiving import EmptyFile, WrongLength
from coursecrafter.uploads.rules import WallsTooLow
from coursecrafter.uploads.scanning import InfectedFile, ScannerSilent, TooLargeToScan

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
Read = TypeVar("Read", bound=BaseModel)

FILE_REFUSALS = (
    NotFound,
    NotAllowed,
    ValueRefused,
    Contended,
    DeclaredEntities,
    EncryptedFile,
    OversizedPicture,
    TruncatedFile,
    ZipBomb,
    DeckWithoutSlides,
    FileTooLarge,
    MacroDeck,
    NoPresentation,
    NotADeck,
    OldPowerPoint,
    WrongDocument,
    TooMuchToShow,
    Undecodable,
    DamagedFilm,
    FilmTooLarge,
    FilmWithoutPictures,
    NotAFilm,
    DamagedRecording,
    NotARecording,
    RecordingTooLong,
    MislabelledFile,
    UnknownKind,
    UnsafeName,
    PolyglotFile,
    RoomUsedUp,
    EmptyFile,
    WrongLength,
    WallsTooLow,
    InfectedFile,
    ScannerSilent,
    TooLargeToScan,
    NameMissing,
    UnreadableForm,
    StoreFull,
    StoreUnreachable,
)
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FORM = {
    "schema": {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}},
        "required": ["file"],
    }
}


def takes_file(routes: Routes, instead: type[BaseModel] | None = None) -> Callable[[Endpoint], Endpoint]:
    """Say of the last route what its body may be.

    Args:
        instead: JSON that is taken instead of a file.
    """
    content: dict[str, Any] = {"multipart/form-data": _FORM, "application/octet-stream": _BINARY}
    if instead is not None:
        content["application/json"] = {"schema": instead.model_json_schema()}

    def describe(endpoint: Endpoint) -> Endpoint:
        route: Any = routes.routes[-1]
        route.openapi_extra = {**(route.openapi_extra or {}), "requestBody": {"required": True, "content": content}}
        return endpoint

    return describe


def is_json(call: Call) -> bool:
    """Whether JSON came instead of a file."""
    kind = call.request.headers.get("content-type", "").partition(";")[0]
    return kind.strip().lower() == "application/json"


async def read_json(call: Call, model: type[Read]) -> Read:
    """The JSON body.

    Raises:
        UnreadableBody, BodyTooLarge: CC-0003, CC-0004.
        FieldsRefused: CC-0005.
    """
    value = await call.request.json()
    try:
        return model.model_validate(value)
    except ValidationError as error:
        told = [{**one, "loc": ("body", *one["loc"])} for one in error.errors(include_url=False)]
        raise RequestValidationError(told) from error
