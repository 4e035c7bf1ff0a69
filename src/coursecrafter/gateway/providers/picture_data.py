"""Pictures that a model is shown, as protocols write them."""

from __future__ import annotations

import base64

PNG, RIFF = b"\x89PNG", b"RIFF"


def data_url(picture: bytes) -> str:
    """A picture in the URL itself."""
    return f"data:{media_type(picture)};base64,{base64.b64encode(picture).decode()}"


def media_type(picture: bytes) -> str:
    """`image/png`, `image/webp` or `image/jpeg`."""
    if picture.startswith(RIFF):
        return "image/webp"
    return "image/png" if picture.startswith(PNG) else "image/jpeg"
