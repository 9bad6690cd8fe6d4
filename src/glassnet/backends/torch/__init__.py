"""The torch backend: the equations on tensors, of the CPU or with CUDA."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from glassnet.arrays.streamed_columns import StreamedColumns
from glassnet.backends.backend import Backend

if TYPE_CHECKING:
    from glassnet.training.run import Run, RunEpoch


def _make_stepper(run: Run) -> RunEpoch:
    from glassnet.backends.torch.stepper import make_stepper

    return make_stepper(run)


def _covers(run: Run) -> bool:
    return not isinstance(run.batches.whole[0], StreamedColumns)


@lru_cache(maxsize=1)
def _has_driver() -> bool:
    return any(Path("/dev").glob("nvidia[0-9]*"))


@lru_cache(maxsize=1)
def _cuda_answers() -> bool:
    import torch

    return bool(torch.cuda.is_available())


TORCH = Backend(
    name="torch",
    libraries=("torch",),
    make_stepper=_make_stepper,
    covers=_covers,
    #             start  step  layer entry  parameter small middle large: of a graphics processor for data centres
    coefficients=(6, 3e-5, 1e-5, 1e-11, 3e-12, 2e-13, 1e-13, 3e-14),
    phrase="on cuda",
    good_for="large networks on cuda",
    devices=("cpu", "cuda"),
    precisions=("full", "bfloat16"),
    measured_on="cuda",
    is_present=_has_driver,
    answers=_cuda_answers,
)
