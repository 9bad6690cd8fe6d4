"""scikit-learn's own refusals, kept word for word, as errors of glassnet's tree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sklearn.exceptions import NotFittedError
from sklearn.utils._param_validation import InvalidParameterError

from glassnet.errors import DataError, GlassnetError, SettingError, WrongTypeError


@contextmanager
def as_glassnet_errors() -> Iterator[None]:
    """Turn what scikit-learn's validation raises into a SettingError, DataError or WrongTypeError.

    Both stay what they were to ``except ValueError``; NotFittedError stays itself.
    """
    try:
        yield
    except (GlassnetError, NotFittedError):
        raise
    except InvalidParameterError as error:
        raise SettingError(str(error)) from error
    except ValueError as error:
        raise DataError(str(error)) from error
    except TypeError as error:
        raise WrongTypeError(str(error)) from error
