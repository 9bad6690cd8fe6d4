"""The compiled backend: the equations are recorded, and what is recorded becomes loops that Numba compiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glassnet.backends.backend import Backend

if TYPE_CHECKING:
    from glassnet.training.run import Run, RunEpoch


def _covers(run: Run) -> bool:
    from glassnet.backends.compiled.stepper import covers

    return covers(run)


def _make_stepper(run: Run) -> RunEpoch | None:
    from glassnet.backends.compiled.stepper import make_stepper

    return make_stepper(run)


def _uses_all_cores() -> bool:
    from glassnet.backends.compiled.compiled_engine import has_product

    return has_product()  # otherwise the steps' products are BLAS's, too


COMPILED = Backend(
    name="compiled",
    libraries=("numba", "scipy"),
    make_stepper=_make_stepper,
    #             start  step  layer entry parameter small middle large: of a machine with two cores
    coefficients=(3, 4e-6, 1e-6, 1.3e-9, 2.4e-10, 4e-12, 3e-12, 2.7e-12),
    phrase="compiled",
    good_for="long runs; stacks",
    covers=_covers,
    in_parallel=True,
    uses_all_cores=_uses_all_cores,
    once="from glassnet.backends.compiled.compiled_engine import kernel_of; kernel_of('float32')",
)
