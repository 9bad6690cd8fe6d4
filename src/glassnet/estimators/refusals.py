"""scikit-learn's own refusals, kept word for word, as errors of glassnet's tree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sklearn.exceptions import NotFittedError

from glassnet.errors import DataError, GlassnetError, WrongTypeError


@contextmanager
def as_glassnet_errors() -> Iterator[None]:
    """Turn a ValueError or TypeError from scikit-learn's validation into a DataError or WrongTypeError.

    Both stay what they were to ``except ValueError``; NotFittedError stays itself.
    """
    try:
        yield
    except (GlassnetError, NotFittedError):
        raise
    except ValueError as error:
        raise DataError(str(error)) from error
    except TypeError as error:
        raise WrongTypeError(str(error)) from error
