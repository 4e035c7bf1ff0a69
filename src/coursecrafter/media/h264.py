"""H.264 bitstreams: the few fields that must be read and rewritten to repeat a picture.

A picture that stays costs one P picture of skipped macroblocks, the same bytes each time but for `frame_num`. That
works because nothing else in its slice header changes: no B pictures and one reference give picture order count type 2,
which follows from `frame_num`.

Source: ITU-T H.264, 7.3 (syntax), 7.4.1.1 (emulation prevention), 9.1 (Exp-Golomb codes).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

NAL_SLICE, NAL_IDR, NAL_SPS, NAL_PPS = 1, 5, 7, 8
PROFILE_HIGH = 100
PROFILES_WITH_CHROMA = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128})
CHROMA_444 = 3
HEADER_BYTES = 32
"""More than any slice header of ours takes."""
MUST_BE_ESCAPED = re.compile(rb"\0\0(?=[\0-\3])")


@dataclass(slots=True)
class BitReader:
    """Reads u(n) and ue(v) from bytes without emulation prevention."""

    content: bytes
    position: int = 0

    def bits(self, count: int) -> int:
        """An unsigned number of `count` bits."""
        value = 0
        for _ in range(count):
            value = value << 1 | (self.content[self.position >> 3] >> (7 - (self.position & 7)) & 1)
            self.position += 1
        return value

    def golomb(self) -> int:
        """An unsigned Exp-Golomb number."""
        zeros = 0
        while not self.bits(1):
            zeros += 1
        return (1 << zeros) - 1 + self.bits(zeros)


def split_annex_b(stream: bytes) -> list[bytes]:
    """The NAL units between start codes."""
    return [unit.removesuffix(b"\0") for unit in stream.split(b"\0\0\1")[1:]]


def nal_type(nal: bytes) -> int:
    """`nal_unit_type`."""
    return nal[0] & 31


def unescape(nal: bytes) -> bytes:
    """A NAL unit without its emulation prevention bytes."""
    return nal.replace(b"\0\0\3", b"\0\0")


def escape(raw: bytes) -> bytes:
    """A NAL unit with its emulation prevention bytes."""
    return MUST_BE_ESCAPED.sub(b"\0\0\3", raw)


def frame_num_bits(sps: bytes) -> int:
    """Length of `frame_num` in slice headers.

    Raises:
        ValueError: it is not High profile with picture order count type 2, so pictures cannot be repeated by skips.
    """
    reader = BitReader(unescape(sps[1:]))
    profile = reader.bits(24) >> 16
    reader.golomb()  # seq_parameter_set_id
    chroma_and_depths = [reader.golomb() for _ in range(3)]
    transform_bypass_and_scaling = reader.bits(2)
    length = reader.golomb() + 4
    if (profile, chroma_and_depths, transform_bypass_and_scaling, reader.golomb()) != (PROFILE_HIGH, [1, 0, 0], 0, 2):
        raise ValueError(sps.hex())
    return length


def parameter_set_id(nal: bytes) -> int:
    """The id of a picture parameter set, or of a sequence parameter set."""
    is_sequence = nal_type(nal) == NAL_SPS
    return BitReader(unescape(nal[1:]), 24 if is_sequence else 0).golomb()


def is_progressive(sps: bytes) -> bool:
    """Whether all pictures of a sequence are whole frames: `frame_mbs_only_flag`.

    Raises:
        ValueError, IndexError: it is cut off.
    """
    reader = BitReader(unescape(sps[1:]))
    profile = reader.bits(24) >> 16
    reader.golomb()  # seq_parameter_set_id
    if profile in PROFILES_WITH_CHROMA:
        has_planes = reader.golomb() == CHROMA_444 and reader.bits(1)
        reader.golomb(), reader.golomb(), reader.bits(1)  # bit depths, transform bypass
        if reader.bits(1):
            _skip_scaling_lists(reader, 12 if has_planes else 8)
    reader.golomb()  # log2_max_frame_num_minus4
    if (order_type := reader.golomb()) == 0:
        reader.golomb()
    elif order_type == 1:
        reader.bits(1), reader.golomb(), reader.golomb()
        for _ in range(reader.golomb()):
            reader.golomb()
    reader.golomb(), reader.bits(1), reader.golomb(), reader.golomb()  # references, gaps, width, height
    return bool(reader.bits(1))


def renumber(nal: bytes, bits: int, frame_num: int) -> bytes:
    """The slice with another `frame_num`, which wraps at 2 to the power of `bits`."""
    raw = bytearray(unescape(nal))
    begin = _frame_num_place(raw)
    for index in range(bits):
        _set_bit(raw, begin + index, frame_num >> (bits - 1 - index) & 1)
    return escape(bytes(raw))


def set_idr_pic_id(nal: bytes, bits: int, pic_id: int) -> bytes:
    """The IDR slice with another `idr_pic_id`; the header behind it moves, and the coded picture by whole bytes.

    Args:
        nal: an IDR slice of our encoder: CABAC, picture order count type 2, its deblocking filter in the header.
        bits: length of its `frame_num`.

    Raises:
        ValueError: it is another kind of slice.
    """
    raw = unescape(nal)
    begin = _frame_num_place(raw) + bits
    reader = BitReader(raw[:HEADER_BYTES], begin)
    reader.golomb()  # idr_pic_id
    behind = reader.position
    reader.bits(2), reader.golomb()  # dec_ref_pic_marking, slice_qp_delta
    if reader.golomb() != 1:  # disable_deblocking_filter_idc
        reader.golomb(), reader.golomb()
    end, size = reader.position, -(-reader.position // 8)
    header = f"{int.from_bytes(raw[:size]):0{8 * size}b}"
    if nal_type(nal) != NAL_IDR or "0" in header[end:]:  # cabac_alignment_one_bit
        raise ValueError(nal[:HEADER_BYTES].hex())
    code = f"{pic_id + 1:b}"
    moved = header[:begin] + code.zfill(2 * len(code) - 1) + header[behind:end]
    moved += "1" * (-len(moved) % 8)
    return escape(int(moved, 2).to_bytes(len(moved) // 8) + raw[size:])


def _skip_scaling_lists(reader: BitReader, count: int) -> None:
    for index in range(count):
        if not reader.bits(1):
            continue
        last, following = 8, 8
        for _ in range(16 if index < 6 else 64):  # noqa: PLR2004  # six lists of 4 x 4, then of 8 x 8
            if following:
                code = reader.golomb()
                following = (last + (code + 1) // 2 * (1 if code % 2 else -1)) % 256
            last = following or last


def _frame_num_place(raw: bytes | bytearray) -> int:
    reader = BitReader(bytes(raw[:HEADER_BYTES]))
    reader.bits(8)  # NAL header
    for _ in range(3):
        reader.golomb()  # first_mb_in_slice, slice_type, pic_parameter_set_id
    return reader.position


def _set_bit(raw: bytearray, place: int, value: int) -> None:
    mask = 128 >> (place & 7)
    raw[place >> 3] = raw[place >> 3] | mask if value else raw[place >> 3] & ~mask
