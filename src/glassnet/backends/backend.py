"""What is known of a backend before it is loaded: one row of `registry.BACKENDS`."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from glassnet.errors import MissingLibraryError

if TYPE_CHECKING:
    from glassnet.training.run import Run, RunEpoch

WORK_COUNTS = ("step", "layer", "entry", "parameter", "small", "middle", "large")  # kinds of work in a step
COEFFICIENTS = ("start", *WORK_COUNTS)


def _always(*_: object) -> bool:
    return True


def _nothing() -> str:
    return ""


@dataclass(frozen=True, kw_only=True)
class Backend:
    """A way to compute the steps of a run. A row imports nothing that it needs before `make_stepper` is called.

    Parameters
    ----------
    name : str
        Its name in ``engine=``.
    libraries : tuple of str
        What has to be installed, as pip knows it.
    why_not : callable
        Returns why what it needs besides them is not here, in one sentence; "" where it is.
    about : callable
        Returns what `glassnet engines` shows of it where it is here, besides the versions of its libraries.
    make_stepper : callable
        Takes a run, and returns what runs an epoch of it; None where the backend turns out not to cover it.
    coefficients : tuple of float
        Seconds to start, and per unit of each kind of work: the names of `COEFFICIENTS`.
    phrase : str
        The end of "12 s with numpy".
    good_for : str
        When to use it, in the table of `glassnet engines`.
    covers : callable
        Takes a run, and returns whether it can be run, judged by settings and shapes.
    devices, precisions : tuple of str
        Which values of these settings it can meet.
    measured_on : str
        The device that the coefficients are of, and the only one on which "auto" takes this backend.
    is_present : callable
        Returns whether that device seems to be here, without loading any library.
    answers : callable
        Returns whether it is here indeed; asked only where the backend would be chosen.
    in_parallel : bool
        Whether runs in several threads gain from several cores.
    uses_all_cores : bool
        Whether its steps use every core without BLAS, so that BLAS must keep to one thread.
    """

    name: str
    libraries: tuple[str, ...]
    make_stepper: Callable[[Run], RunEpoch | None]
    coefficients: tuple[float, ...]
    phrase: str
    good_for: str
    why_not: Callable[[], str] = _nothing
    about: Callable[[], str] = _nothing
    covers: Callable[[Run], bool] = _always
    devices: tuple[str, ...] = ("cpu",)
    precisions: tuple[str, ...] = ("full",)
    measured_on: str = "cpu"
    is_present: Callable[[], bool] = _always
    answers: Callable[[], bool] = _always
    in_parallel: bool = False
    uses_all_cores: bool = False

    @property
    def costs(self) -> str:
        """The name of its cost coefficients: its own, or the device's where they are not of the CPU."""
        return self.name if self.measured_on == "cpu" else self.measured_on

    @property
    def built_in(self) -> dict[str, float]:
        """The cost coefficients by name."""
        return dict(zip(COEFFICIENTS, self.coefficients, strict=True))

    def missing(self) -> MissingLibraryError | None:
        """Return the error that says what it needs and is not here; None where all is."""
        if not all(is_installed(name) for name in self.libraries):
            return MissingLibraryError.of(f"engine={self.name!r}", *self.libraries)
        why = self.why_not()
        return MissingLibraryError(f"engine={self.name!r}: {why}; engine='auto' does without it") if why else None

    def available(self) -> bool:
        """Return whether what it needs is here, without importing it."""
        return self.missing() is None

    def is_likely(self) -> bool:
        """Return whether "auto" may take it, as far as can be seen without loading anything."""
        return self.available() and self.is_present()


@lru_cache
def is_installed(name: str) -> bool:
    """Return whether a library is installed, without importing it."""
    try:
        return importlib.util.find_spec(name) is not None
    except ValueError:  # another module has its name, or its import is blocked
        return False
