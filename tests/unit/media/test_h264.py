"""Bits of H.264 are read and written as the standard says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursecrafter.media.h264 import (
    BitReader,
    escape,
    frame_num_bits,
    renumber,
    set_idr_pic_id,
    split_annex_b,
    unescape,
)

RAW = st.lists(st.sampled_from([0, 0, 0, 1, 2, 3, 4, 255]), min_size=1, max_size=60).map(bytes)


@given(RAW)
def test_escaping_is_undone_and_leaves_no_start_code(raw: bytes) -> None:
    escaped = escape(raw)

    assert unescape(escaped) == raw
    assert not any(forbidden in escaped for forbidden in (b"\0\0\0", b"\0\0\1", b"\0\0\2"))


def test_exp_golomb_numbers_are_read() -> None:
    reader = BitReader(bytes([0b10100110, 0b01000010, 0b10000000]))

    assert [reader.golomb() for _ in range(5)] == [0, 1, 2, 3, 4]


def test_units_are_found_between_start_codes() -> None:
    assert split_annex_b(b"\0\0\0\1\x67abc\0\0\1\x68d\0\0\0\1\x65") == [b"\x67abc", b"\x68d", b"\x65"]


def test_a_slice_gets_its_number_and_loses_nothing_else() -> None:
    # nal 0x41; first_mb 0 "1", slice_type 5 "00110", pps 0 "1", frame_num of 4 bits, then ones
    nal = bytes([0x41, 0b10011010, 0b00111111])

    assert renumber(nal, 4, 0b1011) == bytes([0x41, 0b10011011, 0b01111111])


def test_an_idr_gets_its_number_and_the_rest_of_its_header_moves() -> None:
    # nal 0x65; first_mb "1", slice_type 7 "0001000", pps "1", frame_num "0000", idr_pic_id 0 "1", marking "00",
    # qp_delta 0 "1", deblocking idc 1 "010", ones up to the next byte; then the coded picture
    nal = bytes([0x65, 0b10001000, 0b10000100, 0b10101111, 0xAB, 0xCD])

    assert set_idr_pic_id(nal, 4, 0) == nal
    assert set_idr_pic_id(nal, 4, 1) == bytes([0x65, 0b10001000, 0b10000010, 0b00101011, 0xAB, 0xCD])
    # "00111": the header fills its byte, and no more is there to fill.
    assert set_idr_pic_id(nal, 4, 6) == bytes([0x65, 0b10001000, 0b10000001, 0b11001010, 0xAB, 0xCD])
    assert set_idr_pic_id(set_idr_pic_id(nal, 4, 30), 4, 0) == nal


def test_a_slice_of_another_encoder_gets_no_number() -> None:
    others = [
        bytes([0x65, 0b10001000, 0b10000100, 0b10100111, 0xAB]),
        bytes([0x41, 0b10001000, 0b10000100, 0b10101111]),
    ]
    for nal in others:
        with pytest.raises(ValueError, match=nal[:4].hex()):
            set_idr_pic_id(nal, 4, 1)


def test_other_profiles_are_refused() -> None:
    with pytest.raises(ValueError, match="6742"):
        frame_num_bits(bytes.fromhex("6742c01eda02802ff97010000003001000"))
