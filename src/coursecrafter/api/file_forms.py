"""The one file of a form (multipart/form-data), piece by piece, without ever holding it.

Source: RFC 7578, 4.2 (filename), 4.6 (encodings); WHATWG HTML, Multipart form data (how browsers write names).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from coursecrafter.errors import IngestError

MOST_OTHER_BYTES = 64 << 10
MOST_PARTS = 16
LONGEST_BOUNDARY = 200


class UnreadableForm(IngestError):
    """The form is cut off, is no form, or does not hold exactly one file."""

    code = "CC-0143"
    status = 400
    remedy = "Send the file as the field `file` of a form (multipart/form-data), one in each call."


@dataclass(frozen=True, slots=True)
class FilePiece:
    """Some bytes of the file.

    Attributes:
        name: the file's, with its first bytes only.
    """

    content: bytes
    name: str | None = None


class FileForm:
    """Reads a form as it comes in.

    Args:
        content_type: the call's header, with the boundary.
    """

    def __init__(self, content_type: str) -> None:
        _, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if not boundary or len(boundary) > LONGEST_BOUNDARY:
            raise UnreadableForm("The form does not say where its parts end.")
        self._pieces: list[FilePiece] = []
        self._header, self._value = b"", b""
        self._disposition = b""
        self._is_file, self._has_ended = False, False
        self._files = self._parts = self._other_bytes = 0
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin_part,
                "on_part_data": self._take,
                "on_header_field": self._take_header,
                "on_header_value": self._take_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._end_headers,
                "on_end": self._end,
            },
        )

    def feed(self, chunk: bytes) -> Iterator[FilePiece]:
        """What of the file is in the next bytes of the form.

        Raises:
            UnreadableForm: CC-0143.
        """
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise UnreadableForm("The form cannot be read.", detail=str(error)) from error
        pieces, self._pieces = self._pieces, []
        return iter(pieces)

    def finish(self) -> None:
        """The form has ended.

        Raises:
            UnreadableForm: CC-0143, it is cut off, or there is no file in it.
        """
        if not self._has_ended:
            raise UnreadableForm("The form is cut off.")
        if not self._files:
            raise UnreadableForm("There is no file in the form.")

    def _begin_part(self) -> None:
        self._parts += 1
        self._disposition, self._is_file = b"", False
        if self._parts > MOST_PARTS:
            raise UnreadableForm("The form has too many parts.")

    def _take_header(self, text: bytes, start: int, end: int) -> None:
        self._header += text[start:end]

    def _take_value(self, text: bytes, start: int, end: int) -> None:
        self._value += text[start:end]

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header, self._value = b"", b""

    def _end_headers(self) -> None:
        name = _file_name(self._disposition)
        self._is_file = name is not None
        if name is None:
            return
        self._files += 1
        if self._files > 1:
            raise UnreadableForm("There is more than one file in the form.")
        self._pieces.append(FilePiece(b"", name))

    def _take(self, content: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._pieces.append(FilePiece(content[start:end]))
            return
        self._other_bytes += end - start
        if self._other_bytes > MOST_OTHER_BYTES:
            raise UnreadableForm("The form holds too much beside its file.")

    def _end(self) -> None:
        self._has_ended = True


def _file_name(disposition: bytes) -> str | None:
    """The name in a part's Content-Disposition; None: the part is no file. Forms must not use `filename*`."""
    _, options = parse_options_header(disposition)
    name = options.get(b"filename")
    # Browsers write %22 for a quote, and nothing else encoded.
    return None if name is None else name.decode("utf-8", "replace").replace("%22", '"')
