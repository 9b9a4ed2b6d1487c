"""Compressed bodies are unpacked whole, or say why not."""

import gzip
import sys
import zlib

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.reasons import Reason
from pipeline.unpack import PIECE, UnpackError, gunzip, inflate, limited, unbrotli, unzstd

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def bare(data):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


WAYS = {
    "gzip": (gzip.compress, gunzip),
    "deflate": (zlib.compress, inflate),
    "bare deflate": (bare, inflate),
    "br": (lambda data: brotli.compress(data, quality=1), unbrotli),
    "zstd": (zstd.compress, unzstd),
}
ways = pytest.mark.parametrize("way", WAYS)


@ways
@settings(max_examples=15, deadline=None)
@given(seed=st.binary(min_size=1, max_size=300), times=st.integers(1, 2000), at=st.integers(1, 400))
def test_what_was_packed_comes_out_whole_however_it_is_cut_into_pieces(way, seed, times, at):
    pack, unpack = WAYS[way]
    packed = pack(seed * times)
    assert b"".join(unpack(packed[n : n + at] for n in range(0, len(packed), at))) == seed * times


@ways
@settings(max_examples=25, deadline=None)
@given(seed=st.binary(min_size=1, max_size=300), times=st.integers(1, 500), data=st.data())
def test_a_packed_body_that_is_cut_anywhere_is_never_taken_for_whole(way, seed, times, data):
    pack, unpack = WAYS[way]
    packed = pack(seed * times)
    cut = data.draw(st.integers(0, len(packed) - 1))
    with pytest.raises(UnpackError) as caught:
        list(unpack([packed[:cut]]))
    assert caught.value.reason is Reason.DECODE_ERROR


@ways
def test_no_piece_and_no_sum_of_pieces_is_over_the_limit(way):
    pack, unpack = WAYS[way]
    packed = pack(b"0" * 3_000_000)
    assert max(len(piece) for piece in unpack([packed])) <= 2 * PIECE
    taken = []
    with pytest.raises(UnpackError, match="over 1 MiB once decompressed") as caught:
        taken.extend(limited(unpack([packed]), 1 << 20))
    assert caught.value.reason is Reason.TOO_LARGE
    assert sum(map(len, taken)) <= 1 << 20


def test_frames_of_zstd_are_joined_over_what_is_to_be_skipped():
    skipped = b"\x50\x2a\x4d\x18\x04\0\0\0abcd"
    body = zstd.compress(b"one ") + skipped + zstd.compress(b"two") + b"rubbish"
    assert b"".join(unzstd([body])) == b"one two"


def test_a_zstd_window_beyond_what_http_allows_is_refused():
    packer = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 27})
    with pytest.raises(UnpackError, match="too much memory"):
        list(unzstd([packer.compress(b"text") + packer.flush()]))


def test_a_body_of_endless_empty_members_ends_soon():
    with pytest.raises(UnpackError, match="more than 10000 streams"):
        list(gunzip([gzip.compress(b"") * 50_000]))
