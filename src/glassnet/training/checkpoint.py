"""The training state in a model file, and when it is written: plain data, and arrays by name.

Everything is checked when it is read: types, ranges, and that arrays and document agree.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from glassnet.core.optimizers import OPTIMIZERS
from glassnet.documents import number, whole
from glassnet.errors import GlassnetError, SettingError
from glassnet.renamed import in_new_words
from glassnet.training import generators
from glassnet.training.position import CURVES, Position
from glassnet.training.settings import ENGINES

Array = Any

PREFIX = "training."
LIKE_THETA = ("base", "last", "best", "first")
COUNTS = ("samples", "left", "planned", "taken", "before", "replayed", "best_epoch")
PLAIN = (*COUNTS, "settings", "data", "engine", "seconds")


class Checkpoint:
    """Writes a running training from time to time, so that at most about `every` seconds of it can be lost.

    Parameters
    ----------
    write : callable
        Takes the object that is to be written.
    every : float
        Seconds between two checkpoints.
    is_there : bool
        Whether the file already exists.
    ends : bool
        Whether the end of a training is written too, where a checkpoint was written or due before.
    """

    def __init__(
        self, write: Callable[[Any], None], every: float, *, is_there: bool = False, ends: bool = True
    ) -> None:
        if isinstance(every, bool) or not isinstance(every, int | float) or not 0 < every < math.inf:
            raise SettingError(f"every: expected a number of seconds greater than 0; got {every!r}")
        self.write: Callable[[Any], None] = write
        self.every: float = every
        self.written: bool = is_there
        self.ends: bool = ends
        self.due: float = time.monotonic() + every

    def of(self, part: Callable[[Any], Any]) -> Checkpoint:
        """Return the checkpoint of one of several trainings: it is due when this one is, and writes through it."""
        return Part(self, part)

    def write_if_due(self, made: Callable[[], Any]) -> None:
        """Write what `made` returns if a checkpoint is due; the next is due later where writing takes long."""
        began = time.monotonic()
        if began < self.due:
            return
        self._write(made())
        took = time.monotonic() - began
        self.due = began + max(self.every - took, 2 * took)

    def end(self, what: Any) -> None:
        """Write the end of a training."""
        if self.ends and (self.written or time.monotonic() >= self.due):
            self._write(what)

    def _write(self, what: Any) -> None:
        try:
            self.write(what)
            self.written = True
        except GlassnetError as error:  # a training must not end because a checkpoint fails
            warnings.warn(f"no checkpoint was written: {error}; training continues", stacklevel=2)


class Part(Checkpoint):
    """The checkpoint of one of several trainings of a model.

    Parameters
    ----------
    whole : Checkpoint
        That of the model.
    around : callable
        Takes what this training would write, and returns the model that is written.
    """

    def __init__(self, whole: Checkpoint, around: Callable[[Any], Any]) -> None:
        self.whole: Checkpoint = whole
        self.around: Callable[[Any], Any] = around

    def write_if_due(self, made: Callable[[], Any]) -> None:
        """Write the model around `made()` if a checkpoint is due."""
        self.whole.write_if_due(lambda: self.around(made()))

    def end(self, what: Any) -> None:
        """Do nothing: the model's own checkpoint writes the end."""


def to_parts(state: Mapping[str, Any], rng: Any, position: Position | None) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the training state as plain data, and as arrays by name.

    Parameters
    ----------
    state : mapping
        The optimiser's name, options, t and memory.
    rng : generator
        Source of the order of samples and of the dropout masks.
    position : Position, optional
        Where the last run stands.
    """
    tensors = {PREFIX + name: M for name, M in state.items() if isinstance(M, np.ndarray)}
    document: dict[str, Any] = {
        "generator": generators.to_document(rng),
        "optimizer": state.get("optimizer"),
        "t": state.get("t", 0),
        "memory": sorted(name.removeprefix(PREFIX) for name in tensors),
        "position": None,
    }
    if position is not None:
        arrays = {name: getattr(position, name) for name in (*LIKE_THETA, "best_cost", "order")}
        arrays = {name: M for name, M in {**arrays, **position.curves}.items() if M is not None}
        tensors |= {PREFIX + name: M for name, M in arrays.items()}
        document["position"] = {
            **{name: getattr(position, name) for name in PLAIN},
            "arrays": {name: [M.dtype.name, *M.shape] for name, M in sorted(arrays.items())},
        }
    return document, tensors


def expected(document: Any, theta: tuple[int, ...], dtype: str) -> dict[str, tuple[int, ...]]:
    """Return the shape that each array must have, by its name in the file, for a network of parameters like theta.

    Raises
    ------
    KeyError, TypeError, ValueError
        If the document is not a training state.
    """
    if document is None:
        return {}
    if set(document) != {"generator", "optimizer", "t", "memory", "position"}:
        raise ValueError(f"training {sorted(document)}")
    known = _known_memory(document["optimizer"])
    _check_count("t", document["t"])
    if document["memory"] not in ([], sorted(known)):
        raise ValueError(f"memory {document['memory']!r:.80}")
    if document["generator"] is not None:
        generators.from_document(document["generator"])
    found = dict.fromkeys(document["memory"], theta)
    if document["position"] is not None:
        found |= _of_position(document["position"], document["t"], theta, dtype)
    return {PREFIX + name: shape for name, shape in found.items()}


def _known_memory(optimizer: Any) -> tuple[str, ...]:
    """Check an optimiser's name and options, and return the names of its state."""
    if optimizer is None:
        return ()
    row = OPTIMIZERS[optimizer["name"]]
    if set(optimizer) != {"name", *row.options} or not all(number().holds(optimizer[name]) for name in row.options):
        raise ValueError(f"optimizer {optimizer!r:.80}")
    return row.state


def _of_position(place: Any, t: int, theta: tuple[int, ...], dtype: str) -> dict[str, tuple[int, ...]]:
    """Check the plain data of a position, and return the shape of each of its arrays."""
    if set(place) != {*PLAIN, "arrays"}:
        raise ValueError(f"position {sorted(place)}")
    for name in COUNTS:
        _check_count(name, place[name])
    if place["data"] is not None:
        _check_count("data", place["data"])
    if in_new_words(place["engine"]) not in ENGINES or not isinstance(place["settings"], dict):
        raise ValueError("position: engine or settings")
    if not number(0).holds(place["seconds"]):
        raise ValueError(f"position: seconds {place['seconds']!r}")
    found = {name: (kind, tuple(shape)) for name, (kind, *shape) in dict(place["arrays"]).items()}
    lead, samples, taken, planned = theta[:-1], place["samples"], place["taken"], place["planned"]
    wanted = {**dict.fromkeys(LIKE_THETA, (dtype, theta)), "order": ("int64", (samples,)),
              "best_cost": ("float64", lead or (1,))}  # fmt: skip
    if found.get("order") == ("int64", (1,)):  # the seed of samples that are streamed
        wanted["order"] = found["order"]
    if any(name not in CURVES and each != wanted[name] for name, each in found.items()) or "best_cost" not in found:
        raise ValueError(f"position: arrays {found}")
    curves = {name: each for name, each in found.items() if name in CURVES}
    if taken > planned or (taken < planned and not curves):
        raise ValueError("position: more steps than planned, or not the curves that it must have")
    if curves:
        if place["data"] is None or ("first" not in found and taken > t):
            raise ValueError("position: the rest of a run needs its data and its t")
        _check_curves(curves, taken, lead)
    return {name: shape for name, (_, shape) in found.items()}


def _check_curves(curves: Mapping[str, tuple[str, tuple[int, ...]]], taken: int, lead: tuple[int, ...]) -> None:
    epochs = curves["epoch_cost"][1][0]
    lengths = {"cost": (taken,), "epoch_cost": (epochs,), "validation_cost": (0, epochs), "learning_rate": (epochs,)}
    for name, (kind, (length, *more)) in curves.items():
        alone = length == 0 or name == "learning_rate"
        if kind not in ("float32", "float64") or length not in lengths[name]:
            raise ValueError(f"position: {name} of {length} numbers, {kind}")
        if tuple(more) != lead and not (alone and not more):
            raise ValueError(f"position: {name} of shape {(length, *more)}")
    if set(curves) != set(CURVES) or epochs > taken:
        raise ValueError(f"position: curves {sorted(curves)}")


def from_parts(document: Any, tensors: Mapping[str, Array], dtype: str) -> tuple[dict[str, Any], Any, Position | None]:
    """Return what `to_parts` was given: state, generator (None where the file has none) and position.

    Raises
    ------
    ValueError
        If an array is of another type than the document says, or the order of samples is not a permutation.
    """
    arrays = {name.removeprefix(PREFIX): M for name, M in tensors.items() if name.startswith(PREFIX)}
    place = document["position"]
    types = {name: kind for name, (kind, *_) in (place or {"arrays": {}})["arrays"].items()}
    for name, M in arrays.items():
        if M.dtype.name != types.get(name, dtype):
            raise ValueError(f"training: {name} of {M.dtype}")
    rng = None if document["generator"] is None else generators.from_document(document["generator"])
    state: dict[str, Any] = {name: arrays[name] for name in document["memory"]}
    if document["optimizer"] is not None:
        state |= {"optimizer": document["optimizer"], "t": document["t"]}
    if place is None:
        return state, rng, None
    kept = {name: arrays[name] for name in place["arrays"]}
    order = kept.get("order", np.arange(0))
    if len(order) > 1 and not np.array_equal(np.sort(order), np.arange(place["samples"])):
        raise ValueError("position: order")
    if len(order) == 1 and order[0] < 0:
        raise ValueError("position: seed of an order")
    curves = {name: kept.pop(name) for name in CURVES if name in kept}
    plain = {name: place[name] for name in PLAIN} | {"engine": in_new_words(place["engine"])}
    return state, rng, Position(**plain, **kept, curves=curves)


def _check_count(name: str, value: Any) -> None:
    if not whole().holds(value):
        raise ValueError(f"training: {name} {value!r:.80}")
