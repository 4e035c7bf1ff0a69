"""Width and height of a picture from its first bytes, without decoding it.

Source: PNG (IHDR), JPEG (SOF segments, ITU-T T.81), GIF 89a (Logical Screen Descriptor), BMP (BITMAPINFOHEADER).
"""

from __future__ import annotations

import struct

HEAD_BYTES = 1 << 20
"""A JPEG carries profiles and previews before its size; no honest one carries more than this."""
_JPEG_PLAIN = {0x01, *range(0xD0, 0xD9)}
_JPEG_NOT_FRAMES = {0xC4, 0xC8, 0xCC}


def is_picture(head: bytes) -> bool:
    """Whether these are the first bytes of a kind whose size `read_size` knows."""
    return head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM"))


def read_size(head: bytes) -> tuple[int, int]:
    """Width and height in pixels; (0, 0) where the bytes do not say."""
    try:
        if head.startswith(b"\x89PNG"):
            width, height = struct.unpack_from(">II", head, 16)
        elif head.startswith(b"GIF8"):
            width, height = struct.unpack_from("<HH", head, 6)
        elif head.startswith(b"BM"):
            width, height = struct.unpack_from("<ii", head, 18)
        else:
            width, height = _jpeg_size(head)
    except struct.error:
        return 0, 0
    return abs(width), abs(height)


def _jpeg_size(head: bytes) -> tuple[int, int]:
    place = 2
    while True:
        (mark, kind) = struct.unpack_from(">BB", head, place)
        if mark != 0xFF:  # noqa: PLR2004 - each segment begins with it
            return 0, 0
        if kind == 0xFF:  # noqa: PLR2004 - fill byte
            place += 1
        elif kind in _JPEG_PLAIN:
            place += 2
        elif 0xC0 <= kind <= 0xCF and kind not in _JPEG_NOT_FRAMES:  # noqa: PLR2004 - start of frame
            height, width = struct.unpack_from(">HH", head, place + 5)
            return width, height
        else:
            place += 2 + struct.unpack_from(">H", head, place + 2)[0]
