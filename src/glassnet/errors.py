"""What can go wrong, as a tree.

    GlassnetError
    ├── SettingError        ValueError   a setting outside what is allowed
    │   └── UnknownNameError             a name that no table has; the nearest one is offered
    ├── ShapeError          ValueError   an array whose shape does not fit the network
    ├── DataError           ValueError   a cell, row, column, label or picture that cannot be used
    │   ├── ColumnNamesError             columns named otherwise than in training
    │   └── TooLargeError                data that would take more memory than may be used
    ├── WrongTypeError      TypeError    an object of a type that cannot be used at all
    ├── FileError           OSError      a file or folder that cannot be read or written
    ├── ModelFileError      ValueError   a file that is not a whole, readable model
    ├── DivergedError       ValueError   a training whose cost stopped being a finite number
    └── MissingLibraryError ImportError  a library that is not installed

Each is also the built-in error that the ecosystem expects, so ``except ValueError`` keeps working.
A message says what was expected, what came, where, and the nearest valid choice. It is one line of at most 480
characters, in which foreign text is shown with its control characters spelled out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from glassnet.plain_text import LONGEST_NAME, listed, shortened, visible

__all__ = [
    "ColumnNamesError",
    "DataError",
    "DivergedError",
    "FileError",
    "GlassnetError",
    "InterruptedWarning",
    "MissingLibraryError",
    "ModelFileError",
    "SettingError",
    "ShapeError",
    "TooLargeError",
    "UnknownNameError",
    "WrongTypeError",
]


class GlassnetError(Exception):
    """Root of every error that glassnet raises on purpose.

    Parameters
    ----------
    message : str
        Shown in one line of at most 480 characters, control characters spelled out.
    """

    line_end = ""  # what its message keeps of them

    def __init__(self, message: str = "") -> None:
        super().__init__(shortened(visible(message, keep=self.line_end)))


class SettingError(GlassnetError, ValueError):
    """A setting is outside what is allowed."""


class UnknownNameError(SettingError):
    """A name is in no table; the message offers the nearest one that is."""

    @classmethod
    def among(cls, kind: str, name: object, choices: Iterable[str]) -> UnknownNameError:
        """Return the error for a name that is not among the choices.

        Parameters
        ----------
        kind : str
            What is named, such as "loss".
        name : object
            What was given.
        choices : iterable of str
            The names that are known.

        Returns
        -------
        UnknownNameError
            Its message lists the choices, and offers the nearest one.
        """
        valid = list(choices)
        given = shortened(repr(name), LONGEST_NAME)
        return cls(f"unknown {kind} {given}{suggestion(name, valid)}; known: {listed(valid)}")


class ShapeError(GlassnetError, ValueError):
    """An array does not have the shape that the notation gives it."""


class DataError(GlassnetError, ValueError):
    """Data cannot be used: a cell, row, column, label or picture, which the message names."""


class ColumnNamesError(DataError):
    """Columns are named otherwise than in training: the message is scikit-learn's, one line for each name."""

    line_end = "\n"


class TooLargeError(DataError):
    """Data would take more memory than may be used; the message says how to allow it."""


class WrongTypeError(GlassnetError, TypeError):
    """An object is of a type that cannot be used here."""


class FileError(GlassnetError, OSError):
    """A file or folder cannot be read or written."""


class ModelFileError(GlassnetError, ValueError):
    """A file is not a whole, readable model of a format this version knows."""


class DivergedError(GlassnetError, ValueError):
    """The cost became NaN or infinite; the best finite parameters were kept.

    Parameters
    ----------
    message : str
        As for `GlassnetError`.
    layer : int
        First layer whose Z or A is not finite; 0 if only the cost is not.
    step : int
        Step, counted from 1, at which the cost was no longer finite.
    learning_rate : float
        Learning rate of the step before it.
    """

    def __init__(self, message: str, *, layer: int, step: int, learning_rate: float) -> None:
        super().__init__(message)
        self.layer: int = layer
        self.step: int = step
        self.learning_rate: float = learning_rate


class InterruptedWarning(UserWarning):
    """Ctrl-C ended a training; the best network so far was kept.

    One of several fits (of a search, of folds, of an ensemble) raises KeyboardInterrupt instead, which ends them all.
    """


class DataWarning(UserWarning):
    """Some cells of a table could not be used as the others."""


class MissingLibraryError(GlassnetError, ImportError):
    """A library is needed that is not installed; the message says how to install it."""

    @classmethod
    def of(cls, purpose: str, *libraries: str) -> MissingLibraryError:
        """Return the error for libraries that are not installed.

        Parameters
        ----------
        purpose : str
            What needs them.
        *libraries : str
            Their names as pip knows them.

        Returns
        -------
        MissingLibraryError
            Its message holds the command that installs them.
        """
        return cls(f"{purpose} needs {' and '.join(libraries)}: {pip_install(*libraries)}")


def pip_install(*libraries: str) -> str:
    """Return the command that installs `libraries` in the releases that glassnet allows.

    It names the libraries, not an extra of glassnet, so it works wherever glassnet itself was installed from; and it
    is quoted as every shell reads it, Windows' too.
    """
    from importlib.metadata import PackageNotFoundError, requires

    try:
        requirements = requires("glassnet") or []
    except PackageNotFoundError:  # run from its source, never installed
        requirements = []
    allowed = dict(re.findall(r"^([\w.-]+)([^;\s]*)", "\n".join(requirements), re.MULTILINE))
    ranges = (",".join(sorted(allowed.get(library, "").split(","), reverse=True)) for library in libraries)
    return " ".join(["pip install", *(f'"{library}{given}"' for library, given in zip(libraries, ranges, strict=True))])


def in_short(error: BaseException) -> str:
    """Return what an error of a library says as one short line, for use within a message."""
    return " ".join(str(error).split())[:200] or type(error).__name__


def suggestion(name: object, choices: Iterable[str]) -> str:
    """Return " (did you mean 'x'?)" for the choice nearest to `name`, or nothing."""
    from difflib import get_close_matches

    by_lower = {choice.lower(): choice for choice in choices}
    near = get_close_matches(str(name).lower(), by_lower, n=1, cutoff=0.5)
    return f" (did you mean {shortened(repr(by_lower[near[0]]), LONGEST_NAME)}?)" if near else ""
