"""Named tensors as bytes: a header's length (uint32, little-endian), the header as JSON, then the values of each tensor.

The header holds {"tensors": [{"name", "type", "dims"}], …}; it is filled up with spaces so that the values begin at a multiple
of 8, and each tensor's values are filled up with zeros to one. The other side is adapters/serving/frames.ts."""

import json
import math
import struct

import numpy as np

DTYPES = {"float32": np.dtype("<f4"), "int64": np.dtype("<i8")}
ALIGNED = 8


class FrameError(Exception):
    """Bytes that are no frame; says why."""


def encode(header: dict, tensors: dict[str, np.ndarray]) -> bytes:
    """Raises FrameError for a tensor that is neither float32 nor int64."""
    stated, values = [], []
    for name, value in tensors.items():
        kind = value.dtype.name
        if kind not in DTYPES:
            raise FrameError(f'"{name}" is {kind}; float32 or int64 is sent')
        stated.append({"name": name, "type": kind, "dims": list(value.shape)})
        data = np.ascontiguousarray(value, dtype=DTYPES[kind]).tobytes()
        values += [data, b"\0" * (-len(data) % ALIGNED)]
    text = json.dumps({**header, "tensors": stated}, allow_nan=False, separators=(",", ":")).encode()
    text += b" " * (-(4 + len(text)) % ALIGNED)
    return b"".join([struct.pack("<I", len(text)), text, *values])


def decode(data: bytes) -> tuple[dict, dict[str, np.ndarray]]:
    """Header and tensors. Raises FrameError."""
    if len(data) < 4:
        raise FrameError(f"A frame begins with the length of its header; {len(data)} bytes came")
    (length,) = struct.unpack_from("<I", data)
    if 4 + length > len(data):
        raise FrameError(f"A frame's header of {length} bytes does not fit into {len(data)} bytes")
    try:
        header = json.loads(data[4 : 4 + length])
        stated = header["tensors"]
        tensors, at = {}, 4 + length
        for each in stated:
            value, at = taken(data, at, each)
            tensors[each["name"]] = value
    except (ValueError, KeyError, TypeError) as error:
        raise FrameError(f"A frame's header cannot be read: {error!r}") from error
    return header, tensors


def taken(data: bytes, at: int, stated: dict) -> tuple[np.ndarray, int]:
    name, kind, dims = stated["name"], stated["type"], stated["dims"]
    if kind not in DTYPES:
        raise FrameError(f'"{name}" is {kind}; known: {", ".join(DTYPES)}')
    if not all(isinstance(size, int) and size >= 0 for size in dims):
        raise FrameError(f'"{name}" has the dimensions {dims}; whole numbers from 0 on are right')
    count = math.prod(dims)
    size = count * DTYPES[kind].itemsize
    if at + size > len(data):
        raise FrameError(f'"{name}" {dims} needs {size} bytes; {max(0, len(data) - at)} are left')
    value = np.frombuffer(data, dtype=DTYPES[kind], count=count, offset=at).reshape(dims)
    return value, at + size + -size % ALIGNED
