"""The native backend: the recorded equations, run by a compiled library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glassnet.backends.backend import Backend

if TYPE_CHECKING:
    from glassnet.training.run import Run, RunEpoch


def _covers(run: Run) -> bool:
    from glassnet.backends.native.stepper import covers

    return covers(run)


def _make_stepper(run: Run) -> RunEpoch | None:
    from glassnet.backends.native.stepper import make_stepper

    return make_stepper(run)


def _why_not() -> str:
    from glassnet.backends.native.library import why_not

    why = why_not()
    return why and f"the native library is {why}"


def _about() -> str:
    from glassnet.backends.native.library import library

    found = library()
    return f"level {found.level} of {', '.join(found.levels)}: {found.path}"


NATIVE = Backend(
    name="native",
    libraries=(),
    make_stepper=_make_stepper,
    #             start  step  layer entry parameter small middle large: of two cores with AVX2
    coefficients=(0.02, 2e-6, 1.2e-6, 2e-9, 2.5e-10, 1.2e-11, 8e-12, 7e-12),
    phrase="natively",
    good_for="every length and size",
    covers=_covers,
    why_not=_why_not,
    about=_about,
    in_parallel=True,
    uses_all_cores=True,
)
