"""A broken file raises whatever the part of a library raises that met the break: here it becomes one error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from glassnet.errors import FileError, GlassnetError


@contextmanager
def broken_is_file_error(sentence: str) -> Iterator[None]:
    """Turn all that is raised inside into a FileError which begins with `sentence`; glassnet's own errors pass."""
    try:
        yield
    except GlassnetError:
        raise
    except Exception as error:
        raise FileError(f"{sentence}: {' '.join(str(error).split()):.200}") from error
