"""Standard output and error, whatever they are: of any encoding, closed, full, or left by the one who reads them."""

from __future__ import annotations

import codecs
import io
import json
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

import numpy as np

from glassnet.errors import FileError
from glassnet.plain_text import one_line, spelled, visible
from glassnet.text_table import breaks, width_of

if TYPE_CHECKING:
    from rich.console import Console

# The notation, and signs that rich draws, where an encoding has no letter for them; all else is spelled as by Python.
IN_ASCII = {
    "²": "^2", "µ": "u", "ᵀ": ".T", "Σ": "sum", "Ŷ": "Y^", "ŷ": "y^", "±": "+-", "≥": ">=", "≤": "<=",
    "…": ".", "•": "*", "·": ".",
}  # fmt: skip
SPELLED = "glassnet.spelled"  # the name of the handler of what cannot be encoded


def prepare() -> None:
    """Make both streams take any text, and outlive whoever reads them.

    Raises
    ------
    FileError
        If standard output is closed: nothing that is asked for could be shown.
    """
    codecs.register_error(SPELLED, _in_ascii)
    closed = sys.stdout is None
    while (handle := os.open(os.devnull, os.O_RDWR)) <= 2:  # else the next file opened would be written by print
        pass
    os.close(handle)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            stream = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123  it is the process's own
        elif stream is getattr(sys, f"__{name}__") and not stream.isatty():
            stream = _lasting(stream)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=SPELLED)
        setattr(sys, name, stream)
    warnings.showwarning = lambda message, *_where, **_more: complain(f"warning: {one_line(message)}")
    if closed:
        raise FileError("standard output is closed, so nothing could be shown; give it a file, or /dev/null")


def console(stderr: bool = False) -> Console:
    """Return rich's console, for which no name is markup or an emoji."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=not stderr)


@contextmanager
def broken_between_letters() -> Iterator[None]:
    """Let rich break lines between Chinese letters, where it would cut what stands between two blanks."""
    import rich.text

    names = vars(rich.text)
    own = names["divide_line"]
    names["divide_line"] = lambda text, width, fold=True: (
        breaks(text, width, blanks=True) if _has_wide(text) else own(text, width, fold)
    )
    try:
        yield
    finally:
        names["divide_line"] = own


def _has_wide(text: str) -> bool:
    return width_of(text) > len(text)


def say(text: object) -> None:
    """Print text of one or more lines, what acts in it spelled out."""
    sys.stdout.write(visible(text, keep="\n") + "\n")


def say_json(document: Any) -> None:
    """Print a JSON document in ASCII: every name exact, in every encoding, and nothing that a terminal obeys.

    Numbers that JSON does not know become null.
    """
    sys.stdout.write(json.dumps(_plain(document), allow_nan=False).replace("\x7f", "\\u007f") + "\n")


def end(sentence: str, code: int) -> NoReturn:
    """Say what went wrong, in one line on standard error, and end with this exit code."""
    with suppress(FileError, OSError):
        sys.stdout.flush()  # what was said before stands before it
    sys.stderr = _Errors.stream or sys.stderr
    complain(one_line(_Errors.before + sentence))
    sys.exit(code)


class _Errors:
    """Where `end` writes, and what stands before its sentence, where all else is silent."""

    stream: ClassVar[Any] = None
    before: ClassVar[str] = ""


def say_errors_alone(before: str) -> None:
    """Let this process, which is not the first of several, say nothing but how it ended; `before` says which it is."""
    _Errors.stream, _Errors.before = sys.stderr, before
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123  the process's own


def complain(text: str) -> None:
    """Write to standard error; where that fails too there is no one to tell."""
    with suppress(OSError, ValueError):
        sys.stderr.write(f"glassnet: {text}\n")
        sys.stderr.flush()


class _Output(io.FileIO):
    """A file or pipe: once its reader has left it takes on, since a training is worth more than who looks at it."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data) or 0
        except BrokenPipeError:
            pass
        except OSError as error:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())  # what is left in buffers shall not fail once more
            os.close(nowhere)
            if self.fileno() != 2:
                raise FileError(f"standard output cannot be written ({error.strerror or error})") from None
        return len(data)


def _lasting(stream: Any) -> io.TextIOWrapper:
    stream.flush()
    raw = _Output(stream.fileno(), "w", closefd=False)
    return io.TextIOWrapper(io.BufferedWriter(raw), stream.encoding, line_buffering=stream.line_buffering)


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(IN_ASCII.get(character) or spelled(character) for character in text), error.end


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
