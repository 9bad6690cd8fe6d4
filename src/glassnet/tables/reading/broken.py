"""Whatever a library raises on a damaged file becomes one error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from glassnet.errors import FileError, GlassnetError


@contextmanager
def broken_is_file_error(sentence: str, error_type: type[GlassnetError] = FileError) -> Iterator[None]:
    """Turn all that is raised inside, except glassnet's own errors, into one error."""
    try:
        yield
    except GlassnetError:
        raise
    except Exception as error:
        raise error_type(f"{sentence}: {' '.join(str(error).split()):.200}") from error
