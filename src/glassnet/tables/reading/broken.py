"""Whatever a library raises on a damaged file becomes one error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from glassnet.errors import FileError, GlassnetError


@contextmanager
def broken_is_file_error(sentence: str, error_type: type[GlassnetError] = FileError) -> Iterator[None]:
    """Turn all that is raised inside, except glassnet's own errors, into one error.

    Parameters
    ----------
    sentence : str
        Beginning of its message.
    error_type : type of GlassnetError
        What is raised.

    Raises
    ------
    GlassnetError
        Of that type.
    """
    try:
        yield
    except GlassnetError:
        raise
    except Exception as error:
        raise error_type(f"{sentence}: {' '.join(str(error).split()):.200}") from error
