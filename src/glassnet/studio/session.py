"""One training of the studio: a network, its data, and the acts on them; every number comes from the code that trains.

The training is cut into slices of `Network.fit` with ``resume=True``, which equal one long fit to the bit. So it can be
watched, stopped and changed between any two steps, and what was done is a list of acts that a script can repeat.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from glassnet import memory
from glassnet.core.architecture import Architecture
from glassnet.core.names import choose
from glassnet.core.schedules import SCHEDULES
from glassnet.errors import DivergedError, GlassnetError
from glassnet.inspection.trace import Trace
from glassnet.metrics import METRICS, ClassAnswers, NumberAnswers
from glassnet.network import Network
from glassnet.studio.curve import Curve
from glassnet.studio.data import Data
from glassnet.studio.knobs import as_number
from glassnet.studio.parts import Part, parts_of
from glassnet.studio.refused import RefusedError
from glassnet.studio.sources import make
from glassnet.studio.spec import complete_settings
from glassnet.training.batches import Batches
from glassnet.typing import Array

MOST_PARAMETERS = 50_000_000
COPIES = 8  # of the parameters: gradient, optimiser, the best so far, positions
MOST_UNDONE, MOST_UNDO_BYTES = 20, 200_000_000


@dataclass
class Place:
    """Where a training stands besides the network's own state."""

    iteration: int = 0
    epoch: int = 0
    step: int = 0  # of the epoch
    settings: dict[str, Any] = field(default_factory=dict)
    acts: list[dict[str, Any]] = field(default_factory=list)  # what was done since the start, for an exported script
    finished: str | None = None


class Session:
    """A network and its data, trained step by step.

    Parameters
    ----------
    spec : mapping
        As `spec.complete` returns it.
    data : Data, optional
        In place of those that the specification's source makes.

    Raises
    ------
    RefusedError
        If the network does not fit the data or the memory.
    """

    first: Network | None = None  # where it starts, where that was given and not drawn
    weights: Array | None = None  # of the training samples, where they are balanced
    film: Any = None  # that was made of it, or is being made

    def __init__(self, spec: Mapping[str, Any], data: Data | None = None) -> None:
        self.spec: dict[str, Any] = dict(spec)
        self.data: Data = make(spec["source"], spec["data_seed"]) if data is None else data
        self.train, self.test = self.data.split(spec["data_seed"], spec["test_share"])
        if spec["scaled"]:
            self.data = self.data.scaled(self.train)
        self.weights = self.data.balanced(self.train) if spec["balanced"] else None
        self.X, self.Y = self.data.samples(self.train)
        self.X_test, self.Y_test = self.data.samples(self.test)
        self.place = Place(settings=dict(spec["settings"]))
        self.undoable: list[tuple[Network, Place, Curve]] = []
        self.reset()

    def of_model(self) -> dict[str, Any] | None:
        """Return which network of which fitted model this is; None for one that is trained here."""
        return None

    # ------------------------------------------------------------ start
    def reset(self) -> None:
        """Start again, with the same seeds and the settings as they are now."""
        spec = self.spec
        sizes = [len(self.data.X), *(layer["units"] for layer in spec["hidden"]), len(self.data.Y)]
        activations = [layer["activation"] for layer in spec["hidden"]]
        parameters = sum(n * (n_prev + 1) for n_prev, n in pairwise(sizes))
        if parameters > MOST_PARAMETERS:
            raise RefusedError(
                f"hidden: this network has {parameters:,} parameters; the studio takes {MOST_PARAMETERS:,}", "hidden"
            )
        try:
            needed = 8 * (COPIES * parameters + 4 * self.data.m * sum(sizes))
            memory.check_room(needed, "this network with these samples")
            architecture = Architecture.build(sizes, activations, self.loss)
            self.net = Network(
                sizes, architecture.activations, self.loss, initializer=spec["initializer"], seed=spec["seed"],
                dtype="float64",
            )  # fmt: skip
            self.net.cost(self.X[:, :1], self.Y[:, :1])  # labels that the loss cannot have are refused here
        except GlassnetError as error:
            raise RefusedError(str(error), "hidden") from None
        self.place = Place(settings=dict(self.place.settings))
        self.curve = Curve()
        self.rate: float | None = None  # the learning rate of the last step
        self.part: Part | None = None
        self.parts: list[Part] = []
        self.trace: Trace | None = None
        self.note()

    def twin(self) -> Session:
        """Return a session that stands where this one does, on the same data; nothing in it can be undone."""
        twin = copy.copy(self)
        twin.net, twin.place, twin.curve = copy.deepcopy(self.net), copy.deepcopy(self.place), self.curve.copy()
        twin.undoable, twin.film = [], None
        twin.forget_parts()
        return twin

    def restart(self) -> None:
        """Start again, so that an undo brings back what was trained."""
        self._keep()
        self.reset()

    @property
    def steps_per_epoch(self) -> int:
        """Steps in an epoch."""
        return self.steps_in_an_epoch(self.place.settings["batch_size"])

    @property
    def loss(self) -> str:
        """The loss: as it was named, else as the target wants it."""
        return self.spec["loss"] or self.data.loss

    def steps_in_an_epoch(self, size: int | None) -> int:
        """Return the steps in an epoch of batches of a size; None is all samples at once."""
        m = len(self.train)
        return 1 if size is None else math.ceil(m / min(size, m))

    # ------------------------------------------------------------ training
    def advance(self, steps: int) -> None:
        """Take steps; they stop at the end of the schedule, and where the cost is no longer finite."""
        place = self.place
        if place.finished is not None:
            return
        self.forget_parts()
        left = self.steps_left
        steps = min(steps, left)
        done = 0
        try:
            if steps > 0:
                history = self.net.fit(self.X, self.Y, iterations=steps, resume=True, **self.fit_settings())
                done, self.rate = history.steps, float(history.learning_rate[-1])
        except DivergedError as error:
            done, place.finished = max(error.step - 1, 0), str(error)
            place.step = 0
        self._count(done)
        if steps == left and place.finished is None:
            place.finished = f"the {place.settings['epochs']} epochs of the schedule are done"

    @property
    def steps_left(self) -> int:
        """Steps until the schedule ends; a constant one never does."""
        if self.place.settings["schedule"] == "constant":
            return 10**15
        planned: int = self.place.settings["epochs"] * self.steps_per_epoch
        return max(0, planned - self.place.iteration)

    def _count(self, steps: int) -> None:
        place, per_epoch = self.place, self.steps_per_epoch
        place.iteration += steps
        place.epoch += (place.step + steps) // per_epoch
        place.step = (place.step + steps) % per_epoch
        if not steps:
            return
        last = place.acts[-1] if place.acts else {}
        if last.get("what") == "fit" and last["settings"] == place.settings:
            last["iterations"] += steps
        else:
            place.acts.append({"what": "fit", "iterations": steps, "settings": dict(place.settings)})

    def fit_settings(self) -> dict[str, Any]:
        """Return the settings as `Network.fit` takes them, the schedule going on from slice to slice."""
        settings = {name: value for name, value in self.place.settings.items() if name != "epochs"}
        settings["sample_weight"] = self.weights
        if settings["schedule"] != "constant":
            settings["schedule"] = going_on(
                settings["schedule"], self.place.iteration, self.steps_per_epoch, self.place.settings["epochs"]
            )
        return settings

    def note(self) -> None:
        """Add a point to the curves: costs without penalties and scores of training and test samples, learning rate."""
        cost, answers = self.net.cost_and_answers(self.X, self.Y)
        cost_test = score_test = None
        if len(self.test):
            cost_test, answers_test = self.net.cost_and_answers(self.X_test, self.Y_test)
            score_test = self._score(answers_test, self.Y_test)
        self.curve.add(self.place.iteration, cost, cost_test, self._score(answers, self.Y), score_test, self.rate)

    @property
    def metric(self) -> str:
        """What the scores are."""
        return "RMSE" if self.data.classes is None else "accuracy"

    def _score(self, answers: Array, Y: Array) -> float:
        if self.data.classes is None:
            factor = self.data.scale[1]
            return METRICS["rmse"].formula(NumberAnswers(answers[0] * factor, Y[0] * factor))
        truth, decided = self.data.indices(Y), self.data.indices(answers)
        return METRICS["accuracy"].formula(ClassAnswers(answers.T, truth, decided))

    # ------------------------------------------------------------ the parts of a step
    def next_part(self) -> None:
        """Go one part of a step further; the last one takes the step."""
        if self.place.finished is not None:
            return
        if self.part is None or self.part.place == len(self.parts) - 1:
            self.trace = self.trace_of_step()
            self.parts = parts_of(self.trace)
            self.part = self.parts[0]
            return
        part = self.parts[self.part.place + 1]
        if part.place == len(self.parts) - 1:
            trace, parts = self.trace, self.parts
            self.advance(1)
            self.trace, self.parts = trace, parts
            self.note()
        self.part = part

    def trace_of_step(self) -> Trace:
        """Return every array of the step that comes next: its batch and its dropout masks are those of `fit`."""
        settings, position = self.place.settings, self.net.position
        rng = copy.deepcopy(self.net.rng)
        batches = Batches(self.X, self.Y, self.weights, settings["batch_size"], settings["shuffle"], rng)
        if self.place.step and position is not None:
            batches.begun = position.order
        X, Y, S = next(batches.epoch(self.place.step))
        return self.net.trace(
            X.copy(), Y.copy(), sample_weight=None if S is None else S.copy(), l2=settings["l2"], l1=settings["l1"],
            dropout=settings["dropout"], seed=rng,
        )  # fmt: skip

    def forget_parts(self) -> None:
        """Leave a step that was shown in parts; it was not taken."""
        self.part, self.parts, self.trace = None, [], None

    # ------------------------------------------------------------ changes
    def change(self, given: Mapping[str, Any]) -> None:
        """Change one number of W or b, or settings, or undo the last change.

        Raises
        ------
        RefusedError
            If there is no such number or setting, or nothing to undo.
        """
        if not isinstance(given, Mapping) or len({"array", "settings", "undo"} & set(given)) != 1:
            raise RefusedError("change: expected one of array, settings, undo; such as {'array': 'W1', 'row': 0, ...}")
        if "undo" in given:
            self._undo()
        elif "settings" in given:
            if not isinstance(given["settings"], Mapping):
                raise RefusedError("settings: expected an object of names and values", "settings")
            settings = complete_settings({**self.place.settings, **given["settings"]})
            self._keep()
            self.place.settings, self.place.step = settings, 0  # `fit` begins a new epoch with other settings
            self.place.finished = None
        else:
            self._set_number(given)
        self.forget_parts()
        self.note()

    def _set_number(self, given: Mapping[str, Any]) -> None:
        arrays = {f"{letter}{l}": M for letter in "Wb" for l, M in self._layers(letter)}
        name = str(given["array"]).replace("[", "").replace("]", "")
        if name not in arrays:
            raise RefusedError(f"array: expected one of {', '.join(arrays)}; got {name!r:.60}", "array")
        M = arrays[name]
        at = [as_number(given.get("row", 0)), as_number(given.get("column", 0))]
        for number, size, what in zip(at, M.shape, ("row", "column"), strict=True):
            if number is None or number % 1 or not 0 <= number < size:
                raise RefusedError(f"{what}: {name} has {size}, counted from 0; got {given.get(what)!r:.60}", what)
        value = as_number(given.get("value"))
        if value is None or abs(value) > 1e100:
            raise RefusedError(f"value: expected a number; got {given.get('value')!r:.60}", "value")
        self._keep()
        row, column = int(at[0] or 0), int(at[1] or 0)
        M[row, column] = value
        self.place.step = 0  # `fit` begins a new epoch after numbers were changed
        self.place.finished = None
        self.place.acts.append({"what": "set", "array": name, "row": row, "column": column, "value": float(value)})

    def _layers(self, letter: str) -> list[tuple[int, Array]]:
        return [(l, getattr(self.net, letter)[l]) for l in range(1, self.net.L + 1)]

    def _keep(self) -> None:
        """Keep what an undo puts back, as much as fits."""
        self.undoable.append((copy.deepcopy(self.net), copy.deepcopy(self.place), self.curve.copy()))
        most = min(MOST_UNDONE, max(1, MOST_UNDO_BYTES // (COPIES * self.net.vector.nbytes)))
        del self.undoable[:-most]

    def _undo(self) -> None:
        if not self.undoable:
            raise RefusedError("undo: nothing was changed", "undo")
        self.net, self.place, self.curve = self.undoable.pop()


def going_on(schedule: str, taken: int, per_epoch: int, epochs: int) -> Any:
    """Return a schedule that goes on after some steps, to the bit as if it had never been cut."""
    factor = choose(SCHEDULES, schedule, "schedule")[1].factor

    def later(t: float, T: float, costs: Any) -> float:
        return float(factor((taken + round(t * per_epoch)) / per_epoch, epochs, costs))

    return later
