"""The formats that a model is exported to: a row for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from glassnet.errors import UnknownNameError
from glassnet.export import to_c, to_onnx, to_python
from glassnet.export.description import Description
from glassnet.typing import AnyArray


class Format(NamedTuple):
    """A row of the table.

    Parameters
    ----------
    suffix : str
        Of its files.
    content : callable
        From a description and the model's name to the file's bytes.
    answers : callable
        From the file's bytes and inputs to its outputs: labels and probabilities, or numbers alone. It raises
        ImportError where what runs the file is not installed. None where nothing here runs it.
    can_quantize : bool
        Whether weights may be of fewer bits.
    """

    suffix: str
    content: Callable[[Description, str], bytes]
    answers: Callable[[bytes, Mapping[str, AnyArray]], list[AnyArray]] | None
    can_quantize: bool = False


def _onnx(description: Description, name: str) -> bytes:
    content: bytes = to_onnx.to_onnx(description, name).SerializeToString()
    return content


FORMATS: dict[str, Format] = {
    "onnx": Format(".onnx", _onnx, to_onnx.answers_of),
    "python": Format(".py", to_python.to_python, to_python.answers_of),
    "c": Format(".h", to_c.to_c, None, can_quantize=True),
}


def format_named(name: str) -> Format:
    """Return a row of the table.

    Parameters
    ----------
    name : str
        Of the format.

    Returns
    -------
    Format
        The row.

    Raises
    ------
    UnknownNameError
        If there is none.
    """
    if name not in FORMATS:
        raise UnknownNameError.among("format", name, FORMATS)
    return FORMATS[name]
