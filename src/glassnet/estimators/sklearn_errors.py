"""Errors of scikit-learn's validation, word for word, as errors of glassnet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from glassnet.errors import ColumnNamesError, DataError, GlassnetError, SettingError, ShapeError, WrongTypeError


@contextmanager
def as_glassnet_errors(where: str = "") -> Iterator[None]:
    """Turn what scikit-learn's validation raises into glassnet's errors.

    Each stays what it was to ``except ValueError``; NotFittedError stays itself.
    """
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # sums in which scikit-learn looks for NaN
            yield
    except (DataError, ShapeError, WrongTypeError) as error:
        if not where:
            raise
        raise type(error)(f"{where}{error}") from error
    except GlassnetError:
        raise
    except (OverflowError, NotImplementedError) as error:  # Python's and Arrow's, where cells become numbers
        raise DataError(f"{where}what was given cannot be read as numbers: {error}") from error
    except (ValueError, TypeError) as error:
        from sklearn.exceptions import NotFittedError

        from glassnet.estimators.sklearn_compat import InvalidParameterError

        if isinstance(error, NotFittedError):
            raise
        if isinstance(error, InvalidParameterError):
            raise SettingError(str(error)) from error
        if not where and str(error).startswith("The feature names should match"):
            raise ColumnNamesError(str(error)) from error
        raise (DataError if isinstance(error, ValueError) else WrongTypeError)(f"{where}{error}") from error
