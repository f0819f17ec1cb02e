# SPDX-License-Identifier: MIT
"""MessagePack as a test wants it: also encodings that no packer makes."""
import struct

import msgpack


class Raw(bytes):
    """Bytes that are an encoded value already."""


class Pairs(list):
    """A map as pairs, so that a key can come twice."""


def _head(count, short, most, wide):
    if count < most:
        return bytes([short + count])
    if count < 1 << 16:
        return struct.pack(">BH", wide, count)
    return struct.pack(">BI", wide + 1, count)


def pack(value):
    if isinstance(value, Raw):
        return bytes(value)
    if isinstance(value, dict):
        value = Pairs(value.items())
    if isinstance(value, Pairs):
        return _head(len(value), 0x80, 16, 0xde) + b"".join(
            pack(key) + pack(item) for key, item in value)
    if isinstance(value, (list, tuple)):
        return _head(len(value), 0x90, 16, 0xdc) + b"".join(map(pack, value))
    return msgpack.packb(value, use_bin_type=True)


def text(data):
    """A string of any bytes, UTF-8 or not."""
    if len(data) < 32:
        return Raw(bytes([0xa0 + len(data)]) + data)
    if len(data) < 256:
        return Raw(b"\xd9" + bytes([len(data)]) + data)
    return Raw(b"\xda" + struct.pack(">H", len(data)) + data)


def nested(depth):
    """An array in an array ... `depth` of them, around a nil."""
    return Raw(b"\x91" * depth + b"\xc0")


def value_of(response):
    """The bytes of a successful response's result."""
    assert response[:2] == b"\x94\x01", response[:16]
    at = 2 + {0xcc: 2, 0xcd: 3, 0xce: 5}.get(response[2], 1)
    assert response[at] == 0xc0, response[:64]
    return response[at + 1:]
