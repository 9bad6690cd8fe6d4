"""An interrupted training is resumed from its checkpoint or its model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.core.checks import is_count
from glassnet.errors import DivergedError, SettingError
from glassnet.files import remove
from glassnet.scoring import Model
from glassnet.training.reduction import Reduce, of_first
from glassnet.workflows.parts import Part


def checkpoint_of(path: str | Path) -> Path:
    """Return the path of the checkpoint of a training whose model goes to `path`."""
    return Path(f"{path}.checkpoint")


def checkpoint_to_resume(resume: str | Path | None, out: str | Path | None) -> Path | None:
    """Return the checkpoint of the model to resume, or else of the model to be written, if there is one.

    A checkpoint is removed when its training ends: one that exists is newer than its model. SettingError is raised if
    `out` has another checkpoint, which this training would overwrite.
    """
    own = None if out is None else checkpoint_of(out)
    found = own if resume is None else checkpoint_of(resume)
    found = found if found is not None and found.is_file() else None
    if own is not None and own.is_file() and resume is not None:
        used = found or Path(resume)
        if used.resolve() != own.resolve():
            raise SettingError(_another_checkpoint(own))
    return found


def _another_checkpoint(path: str | Path | None) -> str:
    return (
        f"{path}: checkpoint of another interrupted training; resume it by --resume {path}, "
        "or remove that file to start anew"
    )


def refuse_another_checkpoint(earlier: Model, model: Model, path: str | Path | None) -> None:
    """Raise SettingError where a checkpoint is that of a training with other settings than a model's."""
    if not earlier.has_settings_of(model):
        raise SettingError(_another_checkpoint(path))


@contextmanager
def without_diverged(out: str | Path | None) -> Iterator[None]:
    """Remove the checkpoint of a training that diverges: resumed, it would diverge again."""
    try:
        yield
    except DivergedError:
        if out is not None:
            remove(checkpoint_of(out))
        raise


def seed_of_training(earlier: Model | None, settings: dict[str, Any], reduce: Reduce | None) -> Any:
    """Return the seed of a training: as it is set, else that of the model to resume, whose test rows must stay unseen.

    Else it is a new one. Of several processes it is that of the first.
    """
    seed = settings.get("random_state")
    if seed is None and earlier is not None and is_count(earlier.random_state, least=0):
        seed = int(earlier.random_state)
    if seed is None:
        seed = int(np.random.default_rng().integers(2**31))
    return of_first(reduce, seed) if reduce is not None and is_count(seed, 0) else seed


def notes_of_resuming(model: Model, path: str | Path | None, part: Part, settings: dict[str, Any] | None) -> list[str]:
    """Say what becomes of an interrupted training; raise SettingError if `settings` are given and ask for another."""
    if not model.was_interrupted:
        return []
    resumes = model.can_resume(part.X, part.y, part.weights, part.groups)
    if settings is not None and not (resumes and model.has_settings_of(type(model)(**settings))):
        raise SettingError(_another_checkpoint(path))
    if not resumes:
        return [f"{path}: was interrupted with other data or settings; a new training starts from its best network"]
    epochs = (model.network_in_training.record or {}).get("epochs", 0)
    return [f"{path}: resumed after {epochs} epochs of the network in training; the result is that of the whole"]
