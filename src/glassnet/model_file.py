"""The one file format: a safetensors file whose metadata holds one JSON document, with a checksum over everything.

Tensors are named "W[1]", "b[1]", ...; the document says what they are. Its "sha256" is taken over its text without
that key, keys sorted, and the tensors. Reading runs no code, checks every shape before it allocates, and knows its own
version. Writing happens beside the old file, which stays whole until the new one is complete; the same contents give
the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from glassnet._version import __version__
from glassnet.documents import MAX_DEPTH, is_too_deep
from glassnet.errors import FileError, ModelFileError, WrongTypeError
from glassnet.files import existing_file, write_beside
from glassnet.memory import check_room
from glassnet.typing import Array

FORMAT = 2  # 1 had no training state
OWN_KEYS = ("format", "sha256")  # of the document; what writing adds to it
COPIES = 2  # of a file's arrays: as they are read, and as a network's


def write(path: str | Path, tensors: Mapping[str, Array], document: Mapping[str, Any]) -> None:
    """Write tensors and document to `path`.

    Parameters
    ----------
    path : str or Path
        File to write; an existing one is replaced only when the new one is whole.
    tensors : mapping of str to array
        Arrays of real numbers.
    document : mapping
        Plain JSON data.

    Raises
    ------
    WrongTypeError
        If a value of the document is no plain JSON data; nothing is written.
    FileError
        If the folder is missing or read-only, or the disk is full; an old file stays as it was.
    """
    from safetensors.numpy import save

    arrays = {name: np.ascontiguousarray(array) for name, array in tensors.items()}
    complete = {"format": FORMAT, **document}
    for key, value in complete.items():
        _check_plain(path, key, value)
    complete["sha256"] = _checksum(complete, arrays)
    write_beside(path, save(arrays, {"glassnet": _text(complete)}))  # one key: safetensors shuffles several


def read(path: str | Path, shapes: Any) -> tuple[dict[str, Array], dict[str, Any]]:
    """Read the file that `write` wrote.

    Parameters
    ----------
    path : str or Path
        The file.
    shapes : callable
        Takes the document and returns the shape that each tensor must have; it may raise.

    Returns
    -------
    tensors, document
        Arrays by name, and the document.

    Raises
    ------
    FileError
        If there is no such file, or it cannot be read.
    ModelFileError
        If it is no glassnet model, a newer format, damaged, or its tensors do not fit its document.
    """
    from safetensors import SafetensorError, safe_open

    path = existing_file(path, "a model file")
    try:
        check_room(COPIES * path.stat().st_size, str(path), ModelFileError)
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            document = _document(path, metadata)
            expected = _expected_shapes(path, document, shapes)
            found = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118  no mapping
            for name in sorted({*expected, *found}):
                if expected.get(name) != found.get(name):
                    raise ModelFileError(
                        f"{path}: arrays do not fit the architecture: {name[:80]}: expected "
                        f"{expected.get(name, 'none')!s:.80}, got {found.get(name, 'none')!s:.80}"
                    )
            tensors = {name: file.get_tensor(name) for name in sorted(found)}
    except (SafetensorError, UnicodeDecodeError) as error:
        raise ModelFileError(f"{path}: not a glassnet model, or a damaged one ({error!s:.200})") from None
    except OSError as error:
        raise FileError(f"{path}: cannot be read ({error.strerror or error})") from None
    if not _is_whole(metadata["glassnet"], document, tensors):
        raise ModelFileError(f"{path}: damaged: its checksum does not fit its contents; use another copy of the file")
    del document["sha256"]
    return tensors, document


def _document(path: Path, metadata: Mapping[str, str]) -> dict[str, Any]:
    if "glassnet" not in metadata:
        raise ModelFileError(f"{path}: a safetensors file, but not a glassnet model")
    try:
        document = json.loads(metadata["glassnet"])
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"{path}: damaged: its document is no JSON ({error!s:.200})") from None
    if is_too_deep(document):
        raise ModelFileError(f"{path}: damaged: its document holds lists in lists, more than {MAX_DEPTH} deep")
    version = document.get("format") if isinstance(document, dict) else None
    if type(version) is not int or version < 1:
        raise ModelFileError(f"{path}: damaged: its document names no format version")
    if version > FORMAT:
        raise ModelFileError(
            f"{path}: written in format {version!s:.20} by a newer glassnet; this one, {__version__}, reads formats up "
            f"to {FORMAT}: open it with the glassnet that wrote it"
        )
    return dict(document)


def _expected_shapes(path: Path, document: dict[str, Any], shapes: Any) -> dict[str, tuple[int, ...]]:
    try:
        return dict(shapes(document))
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise ModelFileError(f"{path}: damaged: its document describes no network ({error!s:.300})") from None


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, allow_nan=False, sort_keys=True)


def _check_plain(path: str | Path, key: str, value: Any) -> None:
    try:
        _text({key: value}).encode()
        deep = is_too_deep([value])
        plain = not deep and _has_text_keys(value)
        reason = f"it is more than {MAX_DEPTH} deep" if deep else "a key is no text"
    except (TypeError, ValueError, RecursionError) as error:
        plain, reason = False, str(error)
    if not plain:
        raise WrongTypeError(
            f"{path}: {key!r} cannot be kept: expected plain JSON data (None, truth values, finite numbers, text, "
            f"lists, and mappings from text); {reason}"
        )


def _has_text_keys(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _has_text_keys(inner) for key, inner in value.items())
    return not isinstance(value, list | tuple) or all(map(_has_text_keys, value))


def _is_whole(text: str, document: Mapping[str, Any], tensors: Mapping[str, Array]) -> bool:
    rest = {key: value for key, value in document.items() if key != "sha256"}
    try:  # the same data in another spelling (1E5 for 1e5) is no file that was written here
        return text == _text(document) and document.get("sha256") == _checksum(rest, tensors)
    except (ValueError, RecursionError):  # NaN, half a character
        return False


def _checksum(document: Mapping[str, Any], tensors: Mapping[str, Array]) -> str:
    digest = hashlib.sha256(_text(document).encode())
    for name in sorted(tensors):
        array = np.ascontiguousarray(tensors[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array.data.cast("B") if array.size else b"")
    return digest.hexdigest()
