"""The network as one object in the notation: architecture, parameters, and everything that is done with them."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from glassnet import model_file
from glassnet.core import checks
from glassnet.core.activations import ACTIVATIONS
from glassnet.core.architecture import Architecture
from glassnet.core.equations import forward
from glassnet.core.initializers import INITIALIZERS
from glassnet.core.names import choose
from glassnet.core.parameters import Layers, Parameters, owned
from glassnet.core.propagation import Objective, blocks, cost_only, propagate
from glassnet.core.regularization import dropout_masks
from glassnet.documents import MAPPING, TEXT, checked, maybe, one_of, whole
from glassnet.engines import numpy_engine as xp
from glassnet.engines.sparse_columns import SparseColumns, is_sparse
from glassnet.errors import DataError, DivergedError, ModelFileError, SettingError, ShapeError, WrongTypeError
from glassnet.files import check_writable
from glassnet.training import checkpoint as checkpoints
from glassnet.training.checkpoint import Checkpoint
from glassnet.training.engine_choice import train
from glassnet.training.history import History, Progress, check_record
from glassnet.training.position import Position
from glassnet.training.resume import position_of, resume_run
from glassnet.training.run import Run
from glassnet.training.settings import Settings

if TYPE_CHECKING:
    from glassnet.inspection.diagnosis import Diagnosis
    from glassnet.inspection.dimensions import DimensionTable
    from glassnet.inspection.gradient_check import GradientCheck
    from glassnet.inspection.trace import Trace

Array = Any

_DTYPES = ("float32", "float64")
DOCUMENT = {
    "glassnet": TEXT, "architecture": MAPPING, "dtype": one_of(*_DTYPES), "n_networks": maybe(whole(1)),
    "record": maybe(MAPPING),
}  # fmt: skip
BESIDE = {"training": maybe(MAPPING), "networks": MAPPING}  # what older files lack


class Gradients(NamedTuple):
    """The slopes of J: `dW[l]`, `db[l]`, views into one flat `vector`, and J itself as `cost`."""

    dW: Layers
    db: Layers
    vector: Array
    cost: Any


class Network:
    """A fully connected network in the notation: samples are columns, layers count from 1.

    Parameters
    ----------
    sizes : sequence of int
        n[0] ... n[L]; ``[n_x, 1]`` is logistic regression.
    activations : str or sequence of str, optional
        One name for every hidden layer, or names for all L layers. Hidden layers are relu by default, the output is
        the loss's own.
    loss : str, optional
        Name in the table of losses; the output's own by default, cross-entropy where that is open too.
    initializer : str or sequence of str, optional
        Name in the table of initialisers, for every layer or one per layer; that of each layer's activation by
        default: he for the relu family, lecun for selu, glorot otherwise. Biases start at zero.
    seed : int, numpy Generator or RandomState, or a sequence of k of them, optional
        Source of all randomness: initial weights, order of samples, dropout. With a sequence each network of a stack
        starts as it would alone with its seed; the order of samples, one for all, and dropout go by the first.
    dtype : {"float32", "float64"}
        Type of every number.
    n_networks : int, optional
        k for a stack of k networks of this architecture, trained side by side; every array has a leading axis k.

    Attributes
    ----------
    W, b : Layers
        ``W[1]`` ... ``W[L]`` (n[l], n[l-1]) and ``b[1]`` ... ``b[L]`` (n[l], 1); assigning checks the shape.
    vector : array (P,) or (k, P)
        All parameters; W and b are views into it.
    architecture : Architecture
        Sizes, activations and loss.
    record : dict or None
        Settings and outcome of the last training, as plain data.
    optimizer_state : dict
        What the optimiser remembers of it, with its step count t.
    position : Position or None
        Where it stands, for `fit` with ``resume=True``.

    Raises
    ------
    SettingError
        If a size is no whole number of at least 1, or a name is in no table.

    Examples
    --------
    >>> net = Network([2, 4, 1], activations=["tanh", "sigmoid"], seed=1)
    >>> net.W[1].shape, net.b[2].shape
    ((4, 2), (1, 1))
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activations: str | Sequence[str] | None = None,
        loss: str | None = None,
        *,
        initializer: str | Sequence[str] | None = None,
        seed: Any = None,
        dtype: str = "float32",
        n_networks: int | None = None,
    ) -> None:
        self.architecture = Architecture.build(sizes, activations, loss)
        names = self._initializers(initializer)
        _check_dtype(dtype)
        if n_networks is not None and not checks.is_count(n_networks):
            raise SettingError(f"n_networks: expected a whole number of at least 1, or None; got {n_networks!r}")
        self.n_networks = n_networks
        self.parameters = Parameters(self.architecture.sizes, np.dtype(dtype), n_networks)
        self.record: dict[str, Any] | None = None
        self.optimizer_state: dict[str, Any] = {}
        self.position: Position | None = None
        self.missing_state = ""  # what the file that it was read from lacks to go on to the bit, in one sentence
        seeds = self._seeds(seed)
        generators = [checks.generator(each) for each in seeds]
        self.rng = generators[0]
        self._draw(
            names,
            [
                each if isinstance(each, np.random.RandomState) else rng
                for each, rng in zip(seeds, generators, strict=True)
            ],
        )

    def __setstate__(self, state: dict[str, Any]) -> None:
        memory = state.get("optimizer_state", {})  # the same dict: a copy shares it with the run that writes it
        memory.update({name: owned(value) for name, value in memory.items()})
        self.__dict__.update(state)

    @property
    def W(self) -> Layers:  # noqa: D102  described by the class
        return self.parameters.W

    @property
    def b(self) -> Layers:  # noqa: D102
        return self.parameters.b

    @property
    def vector(self) -> Array:  # noqa: D102
        return self.parameters.vector

    @property
    def dtype(self) -> Any:
        """Type of every number."""
        return self.parameters.vector.dtype

    @property
    def L(self) -> int:
        """Number of layers, the input not counted."""
        return self.architecture.L

    # ------------------------------------------------------------ looking
    def forward(self, X: Array, *, layer: int | None = None) -> Array:
        """Return A[L], the prediction, or what another layer makes of X.

        Parameters
        ----------
        X : array or scipy.sparse matrix (n[0], m)
            One column per sample.
        layer : int, optional
            The layer l whose A[l] is wanted; the last one by default.

        Returns
        -------
        array (n[l], m), or (k, n[l], m) for a stack
            A[l].
        """
        if layer is not None and not (checks.is_count(layer) and layer <= self.L):
            raise SettingError(f"layer: expected a whole number from 1 to {self.L}, the output; got {layer!r}")
        end = (self.L if layer is None else layer) + 1
        with xp.quiet():
            X, W, b, g = self._X(X), self.W.views[:end], self.b.views[:end], self.architecture.g
            parts = [
                forward(xp, X[block], W, b, g, self._no_masks)[0][-1]
                for block in blocks(xp, self.parameters, X.shape[-1])
            ]
        return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=-1)

    def cost(
        self,
        X: Array,
        Y: Array,
        *,
        sample_weight: Array | None = None,
        l2: float | Sequence[float] = 0.0,
        l1: float | Sequence[float] = 0.0,
    ) -> Any:
        """Return J on X (n[0], m) and Y (n[L], m): a float, or an array (k,) for a stack."""
        return self._cost(X, Y, sample_weight, Settings(l2=l2, l1=l1), None)

    def cost_and_answers(self, X: Array, Y: Array, *, sample_weight: Array | None = None) -> tuple[Any, Array]:
        """Return J without penalties, as `cost` does, and A[L], as `forward` does, of one pass through the network."""
        answers: list[Array] = []
        J = self._cost(X, Y, sample_weight, Settings(), answers)
        return J, np.concatenate(answers, axis=-1)

    def _cost(
        self, X: Array, Y: Array, sample_weight: Array | None, settings: Settings, answers: list[Array] | None
    ) -> Any:
        X, Y, S = self._data(X, Y, sample_weight)
        data = (X, Y) if S is None else (X, Y, S)
        with xp.quiet():
            J = cost_only(xp, self.parameters, data, self._objective(settings), answers)
        return float(J) if np.ndim(J) == 0 else J

    def gradients(
        self,
        X: Array,
        Y: Array,
        *,
        sample_weight: Array | None = None,
        l2: float | Sequence[float] = 0.0,
        l1: float | Sequence[float] = 0.0,
    ) -> Gradients:
        """Return the slopes of J in every parameter.

        Parameters
        ----------
        X, Y : array (n[0], m), (n[L], m)
            One column per sample.
        sample_weight : array (1, m), or (k, 1, m) for a stack, optional
            Weight of each sample in the mean.
        l2, l1 : float, or k of them for a stack
            lambda of the penalties.

        Returns
        -------
        Gradients
            ``.dW[l]``, ``.db[l]``, ``.vector`` and ``.cost``.
        """
        X, Y, S = self._data(X, Y, sample_weight)
        gradient = self.parameters.like()
        with xp.quiet():
            objective = self._objective(Settings(l2=l2, l1=l1))
            J = propagate(xp, self.parameters, gradient, X, Y, objective, self._no_masks, S).J
        gradient.W.letter, gradient.b.letter = "dW", "db"
        return Gradients(gradient.W, gradient.b, gradient.vector, float(J) if np.ndim(J) == 0 else J)

    def dimensions(self, m: int = 1) -> DimensionTable:
        """Return the table of every array for m samples: its shape, the rule behind it, and whether they agree.

        W and b are looked at as they are; the arrays of a pass are made for it, from zeros, where they are not large.
        The table also counts parameters, operations per sample and bytes; it prints well and is plain data.
        """
        from glassnet.inspection.dimensions import dimension_table
        from glassnet.inspection.trace import trace_pass

        if not checks.is_count(m):
            raise SettingError(f"m: expected a number of samples of at least 1; got {m!r}")
        table = dimension_table(self.architecture, m, self.dtype, self.n_networks, found=self._shapes)
        if table.bytes["batch"] > xp.CACHE:
            return table
        X, Y = (np.zeros((self.architecture.sizes[l], m), self.dtype) for l in (0, -1))
        objective = self._objective(Settings())
        return trace_pass(self.architecture, self.parameters, X, Y, objective, self._no_masks).dimensions()

    def trace(
        self,
        X: Array,
        Y: Array | None = None,
        *,
        sample_weight: Array | None = None,
        l2: float | Sequence[float] = 0.0,
        l1: float | Sequence[float] = 0.0,
        dropout: float | Sequence[float] | Sequence[Sequence[float]] = 0.0,
        seed: Any = 0,
    ) -> Trace:
        """Return every array of one pass, from the same equations that train.

        Parameters
        ----------
        X : array (n[0], m)
            One column per sample; one column is one sample.
        Y : array (n[L], m), optional
            Targets; without them only the forward half is there.
        sample_weight, l2, l1, dropout
            As in `fit`, for the pass of one training step.
        seed : int or numpy Generator
            Source of the dropout masks.

        Returns
        -------
        Trace
            Lists ``W, b, Z, A, dA, dZ, dW, db`` counted from layer 1; dZ and dA without 1/m, as in the notation. It
            prints as a table, shows itself in a notebook, and writes out any number: ``trace.unit("Z", layer=1)``.
        """
        from glassnet.inspection.trace import trace_pass

        X, Y, objective, D, S = self._pass(X, Y, sample_weight, l2, l1, dropout, seed)
        return trace_pass(self.architecture, self.parameters, X, Y, objective, D, S)

    def check_gradients(
        self,
        X: Array,
        Y: Array,
        *,
        sample_weight: Array | None = None,
        l2: float | Sequence[float] = 0.0,
        l1: float | Sequence[float] = 0.0,
        dropout: float | Sequence[float] | Sequence[Sequence[float]] = 0.0,
        entries: int = 50,
        seed: Any = 0,
        threshold: float = 1e-6,
    ) -> GradientCheck:
        """Compare dW and db with difference quotients of J, in float64 whatever the network's type.

        Parameters
        ----------
        X, Y : array (n[0], m), (n[L], m)
            One column per sample; of more than 256 so many are drawn, which show a mistake as well.
        sample_weight, l2, l1, dropout
            As in `fit`; the dropout masks stay the same throughout.
        entries : int
            Entries of each array that are checked; where it has more, so many are drawn.
        seed : int or numpy Generator
            Source of the draw and of the dropout masks.
        threshold : float
            Relative difference up to which two slopes are equal.

        Returns
        -------
        GradientCheck
            ``.ok``, ``.worst`` and a line for each array; it prints as a table.
        """
        from glassnet.inspection.gradient_check import check_gradients

        if not checks.is_count(entries):
            raise SettingError(f"entries: expected a whole number of at least 1; got {entries!r}")
        rng = checks.generator(seed)
        exact = self.astype("float64")  # X and Y too keep their digits
        given = exact._pass(X, Y, sample_weight, l2, l1, dropout, rng)
        return check_gradients(exact.parameters, *given, entries=entries, seed=rng, threshold=threshold)

    def diagnose(
        self,
        X: Array | None = None,
        Y: Array | None = None,
        *,
        validation: tuple[Array, Array] | None = None,
        names: Sequence[str] | None = None,
        classes: Sequence[Any] | None = None,
        seed: int = 0,
    ) -> Diagnosis:
        """Say in order of weight what is wrong with the network and its training; nothing where nothing is.

        Parameters
        ----------
        X, Y : array (n[0], m), (n[L], m), optional
            The training data, one column per sample; of more than 5,000 samples a part is looked at. Without them only
            the parameters and `record` are.
        validation : (X, Y), optional
            Data that were not trained on.
        names, classes : sequence, optional
            Of the n[0] features and of the classes in the order of Y's rows, for the sentences.
        seed : int
            Of the short trainings that try other learning rates, and of the part that is looked at.

        Returns
        -------
        Diagnosis
            Prints well; ``.findings`` holds name, what is wrong, evidence, what to change, and the numbers. Of a stack
            the network with the weightiest finding speaks.

        Examples
        --------
        >>> net = Network([2, 4, 1], "tanh", initializer="zeros")
        >>> net.diagnose().names
        ['symmetric_units']
        """
        from glassnet.inspection import diagnosis

        if (X is None) != (Y is None):
            raise DataError("diagnose: X and Y belong together; give both, or neither")
        if X is not None:
            X, Y, _ = self._data(X, Y, None)
        if validation is not None:
            validation = self._data(*validation, None, " of validation")[:2]
        if names is not None and len(names) != self.architecture.sizes[0]:
            raise ShapeError(f"names: expected one for each of {self.architecture.sizes[0]} features; got {len(names)}")
        return diagnosis.diagnose(
            self.architecture,
            self.parameters,
            X,
            Y,
            record=self.record,
            validation=validation,
            names=names,
            classes=classes,
            seed=seed,
        )

    # ------------------------------------------------------------ training
    def fit(
        self,
        X: Array,
        Y: Array,
        *,
        optimizer: str = "gradient_descent",
        learning_rate: float | Sequence[float] | None = None,
        schedule: str | Callable[..., float] = "constant",
        iterations: int | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        shuffle: bool = True,
        l2: float | Sequence[float] = 0.0,
        l1: float | Sequence[float] = 0.0,
        dropout: float | Sequence[float] | Sequence[Sequence[float]] = 0.0,
        clip_norm: float | None = None,
        validation: tuple[Array, ...] | None = None,
        sample_weight: Array | None = None,
        callbacks: Iterable[Callable[[Progress], Any]] = (),
        keep_best: bool = False,
        resume: bool = False,
        checkpoint: str | Path | Checkpoint | None = None,
        every: float = 60.0,
        engine: str = "auto",
        device: str = "auto",
        precision: str = "full",
    ) -> History:
        """Train the parameters in place; batch gradient descent by default.

        Parameters
        ----------
        X, Y : array (n[0], m), (n[L], m)
            One column per sample; X may be a matrix of scipy.sparse, which stays sparse.
        optimizer, learning_rate, schedule, iterations, epochs, batch_size, shuffle
            The steps: see `glassnet.training.settings.Settings`.
        l2, l1, dropout, clip_norm, keep_best
            What keeps them in bounds: see there. Each network of a stack may have its own learning_rate, l2 and l1 (k
            numbers) and dropout (k rows).
        validation : (X, Y), optional
            Data whose cost is taken after each epoch.
        sample_weight : array (1, m), or (k, 1, m) for a stack, optional
            Weight of each sample in the mean; with weights 0 and 1 each network of a stack has a fold of its own.
        callbacks : iterable of callable
            Each is called with a `Progress` at the start, after each epoch and at the end; one that returns True ends
            the run.
        engine, device, precision
            What runs the equations, where, and how exact its products are; see `Settings`.
        resume : bool
            Whether training goes on as if the last `fit` had never ended, to the bit: with the optimiser's memory and
            step count, the generator, and the parameters after the last step. With the same settings and data a run
            that Ctrl-C, a callback or the end of the process cut off is taken to its end: its `epochs` (those of the
            whole run, or those that are left), schedule, best so far and history go on. After a run that reached its
            end `epochs` are further ones, and the schedule begins anew. With other data or settings only the
            optimiser's memory goes on; another optimiser than last time, or one with other options, starts fresh.
        checkpoint : str or Path, optional
            File to which the network and all that going on takes is written every so often, whole or not at all, and
            once more at the end: ``Network.load(checkpoint).fit(X, Y, ..., resume=True)`` goes on from there. Its
            ``record["interrupted"]`` tells whether there is a rest.
        every : float
            Seconds of training that may be lost.

        Returns
        -------
        History
            ``history.cost`` holds J before each step. Ctrl-C ends the training; the best parameters so far are kept
            and the history is marked as interrupted. Where the fit is one of several that scikit-learn or joblib does
            (a search, folds, an ensemble), KeyboardInterrupt is then raised, so that all of them end.

        Raises
        ------
        ShapeError, DataError, SettingError
            Before anything is changed, if an argument cannot be used.
        DivergedError
            If the cost is no longer finite; the best finite parameters are kept.
        MissingLibraryError
            If what the engine needs is not installed.
        """
        settings = Settings(
            optimizer,
            learning_rate,
            schedule,
            epochs,
            iterations,
            batch_size,
            shuffle,
            l2,
            l1,
            dropout,
            clip_norm,
            keep_best,
            engine,
            device,
            precision,
        )
        if precision == "bfloat16" and self.dtype.name != "float32":
            raise SettingError(f"precision='bfloat16' rounds the products of a float32 network; got {self.dtype.name}")
        X, Y, S = self._data(X, Y, sample_weight)
        if validation is not None:
            if len(validation) not in (2, 3):
                raise SettingError(f"validation: expected (X, Y) or (X, Y, sample_weight); got {len(validation)} items")
            X_v, Y_v, S_v = (*validation, None) if len(validation) == 2 else validation
            validation = tuple(M for M in self._data(X_v, Y_v, S_v, " of validation") if M is not None)
        if resume and self.missing_state:
            warnings.warn(self.missing_state, stacklevel=2)
        state = self.optimizer_state if resume else {}
        keeper = checkpoint_to(checkpoint, every)
        run = Run(
            xp,
            self.parameters,
            self._objective(settings),
            settings,
            self.rng,
            X,
            Y,
            S=S,
            validation=validation,
            callbacks=callbacks,
            state=state,
            checkpoint=None if keeper is None else lambda run: keeper.attend(partial(self._as_it_stands, run)),
        )
        if resume and self.position is not None:
            resume_run(run, self.position)
        self.optimizer_state, self.position, self.missing_state = state, None, ""
        try:
            train(run)
        except DivergedError as error:
            alpha = error.learning_rate if np.isfinite(error.learning_rate) else None  # JSON has no infinity
            broke = {"step": error.step, "layer": error.layer, "learning_rate": alpha}
            self.record = {**_record(run), "diverged": broke}
            self.optimizer_state = {"t": state["t"]} if "t" in state else {}  # its memory is of slopes that broke
            raise
        self.record, self.position = _record(run), run.position
        if keeper is not None:
            keeper.end(self)
        return run.history

    def _as_it_stands(self, run: Run) -> Network:
        """Return the network as Ctrl-C would leave it now, between two steps."""
        run.state["t"] = run.t_before + run.history.steps
        twin, vector = copy.copy(self), run.theta.vector.copy()
        twin.position = position_of(run, cut_off=True)
        run.best.put_back(vector)
        twin.position.settle(vector)
        twin.parameters = self.parameters.over(vector)
        twin.record = {**_record(run), "interrupted": True, "seconds": round(twin.position.seconds, 3)}
        return twin

    # ------------------------------------------------------------ files
    def save(
        self,
        path: str | Path,
        *,
        training_state: bool = True,
        networks: Mapping[str, Network] | None = None,
        **more: Any,
    ) -> None:
        """Write the network to one file, which is whole or not there.

        Parameters
        ----------
        path : str or Path
            The file, usually named ``*.glassnet``.
        training_state : bool
            Whether the file also holds what `fit` with ``resume=True`` goes on with: the optimiser's memory (for adam
            two more numbers for each parameter), the generator, and where a training that was cut off stands.
        networks : mapping of str to Network, optional
            Further networks to keep beside this one; `load_with_document` returns them in the document.
        **more
            Further plain data to keep beside the network, under names that the file does not use itself.

        Raises
        ------
        SettingError
            If a name in `more` is one of the file's own.
        WrongTypeError
            If a value in `more` is no plain JSON data.
        DataError
            If a parameter is not finite.
        FileError
            If it cannot be written; an older file at `path` stays as it was.
        """
        self._check_sound(path)
        document, tensors = self._parts(training_state)
        document["networks"] = {}
        for name, network in (networks or {}).items():
            network._check_sound(path)
            document["networks"][name], arrays = network._parts(training_state)
            tensors |= {f"{name}:{array}": M for array, M in arrays.items()}
        for name in more:
            if name in document or name in model_file.OWN_KEYS:
                raise SettingError(f"{name!r} is a name that the file itself uses; keep your data under another one")
        model_file.write(path, tensors, {**document, **more})

    def _check_sound(self, path: str | Path) -> None:
        """Raise if `load` would refuse what is written."""
        if (unfit := self._not_finite()) is not None:
            raise DataError(f"{path}: {unfit} holds numbers that are not finite; such a network is not written")
        try:
            check_record(self.record)
        except ValueError as error:
            raise WrongTypeError(
                f"{path}: {error}; `record` is what `fit` leaves, keep other data under `more`"
            ) from None

    def _parts(self, training_state: bool) -> tuple[dict[str, Any], dict[str, Array]]:
        """Return what a file holds of the network: plain data, and arrays by name."""
        from glassnet._version import __version__

        tensors = {f"{layers.letter}[{l}]": layers[l] for layers in (self.W, self.b) for l in range(1, self.L + 1)}
        training = None
        if training_state and (self.optimizer_state or not self.missing_state):
            training, arrays = checkpoints.to_parts(self.optimizer_state, self.rng, self.position)
            tensors |= arrays
        document = {
            "glassnet": __version__,
            "architecture": self.architecture.to_document(),
            "dtype": self.dtype.name,
            "n_networks": self.n_networks,
            "record": self.record,
            "training": training,
        }
        return document, tensors

    @classmethod
    def load(cls, path: str | Path) -> Network:
        """Read a network that `save` wrote.

        Raises
        ------
        FileError, ModelFileError
            If the file is missing, of another kind, damaged, or of a newer format.
        """
        return cls.load_with_document(path)[0]

    @classmethod
    def load_with_document(cls, path: str | Path) -> tuple[Network, dict[str, Any]]:
        """Read a network, and the document with what was saved beside it."""
        tensors, document = model_file.read(path, _expected_shapes)
        net = cls._from_parts(path, document, {name: M for name, M in tensors.items() if ":" not in name})
        document["networks"] = {
            name: cls._from_parts(path, part, _with_prefix(f"{name}:", tensors))
            for name, part in document.get("networks", {}).items()
        }
        return net, document

    @classmethod
    def _from_parts(cls, path: str | Path, document: dict[str, Any], tensors: Mapping[str, Array]) -> Network:
        own = {name: M for name, M in tensors.items() if not name.startswith(checkpoints.PREFIX)}
        if (types := {array.dtype.name for array in own.values()}) != {document["dtype"]}:
            raise ModelFileError(f"{path}: damaged: its arrays are of {', '.join(types)}, not {document['dtype']}")
        architecture = Architecture.from_document(document["architecture"]).to_document()
        net = cls(**architecture, dtype=document["dtype"], n_networks=document["n_networks"], initializer="zeros")
        for layers in (net.W, net.b):
            for l in range(1, net.L + 1):
                layers[l] = tensors[f"{layers.letter}[{l}]"]
        if (unfit := net._not_finite()) is not None:
            raise ModelFileError(f"{path}: damaged: {unfit} holds numbers that are not finite")
        try:
            net.record = check_record(document["record"])
        except ValueError as error:
            raise ModelFileError(f"{path}: damaged: {error!s:.300}") from None
        net._restore_training(path, document.pop("training", None), tensors)
        return net

    def _restore_training(self, path: str | Path, training: Any, tensors: Mapping[str, Array]) -> None:
        if training is None:
            self.missing_state = (
                f"{path}: holds no training state (an older file, or saved with training_state=False): "
                "training goes on from its parameters with a fresh optimiser"
            )
            return
        try:
            self.optimizer_state, rng, self.position = checkpoints.from_parts(training, tensors, self.dtype.name)
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise ModelFileError(
                f"{path}: damaged: its training state does not fit its network ({error!s:.300})"
            ) from None
        if rng is None:
            self.missing_state = f"{path}: holds no state of its generator, which was of another kind than NumPy's own"
        else:
            self.rng = rng

    def _not_finite(self) -> str | None:
        """Return the name of the first array with a number that is not finite."""
        arrays = ((f"{each.letter}[{l}]", M) for each in (self.W, self.b) for l, M in enumerate(each, start=1))
        return next((name for name, M in arrays if not np.isfinite(M).all()), None)

    def astype(self, dtype: str) -> Network:
        """Return a copy whose numbers are of another type."""
        architecture = self.architecture
        copy = Network(**architecture.to_document(), dtype=dtype, n_networks=self.n_networks, initializer="zeros")
        copy.vector[...] = self.vector
        copy.record = self.record
        return copy

    def __repr__(self) -> str:
        sizes = "-".join(map(str, self.architecture.sizes))
        stack = "" if self.n_networks is None else f", {self.n_networks} side by side"
        return (
            f"<Network {sizes} ({', '.join(self.architecture.activations)}), {self.architecture.loss}, "
            f"{self.architecture.n_parameters:,} parameters, {self.dtype.name}{stack}>"
        )

    # ------------------------------------------------------------ what comes in
    @property
    def _no_masks(self) -> list[None]:
        return [None] * (self.L + 1)

    @property
    def _shapes(self) -> dict[str, tuple[int, ...]]:
        return {f"{each.letter}[{l}]": M.shape for each in (self.W, self.b) for l, M in enumerate(each, start=1)}

    def _pass(
        self, X: Array, Y: Array | None, sample_weight: Array | None, l2: Any, l1: Any, dropout: Any, seed: Any
    ) -> tuple[Array, Array | None, Objective, list[Array | None], Array | None]:
        """Check what a pass that is looked at is made of: X as a plain array, Y, objective, masks, sample weights."""
        settings = Settings(l2=l2, l1=l1, dropout=dropout)
        X, Y, S = (self._X(X), None, None) if Y is None else self._data(X, Y, sample_weight)
        X = X.toarray() if isinstance(X, SparseColumns) else X
        drops = settings.drops(self.L, self.n_networks)
        D = dropout_masks(checks.generator(seed), self.parameters, drops, X.shape[-1])
        return X, Y, self._objective(settings), D, S

    def _objective(self, settings: Settings) -> Objective:
        strengths = settings.penalties(self.n_networks)
        return Objective.of(
            self.architecture, **{name: M.astype(self.dtype) if np.ndim(M) else M for name, M in strengths.items()}
        )

    def _X(self, X: Array, suffix: str = "") -> Array:
        n_x = self.architecture.sizes[0]
        if is_sparse(X):
            return self._sparse_X(X, n_x, suffix)
        X = checks.matrix(f"X{suffix}", X, rows=n_x, what=f"n[0] = {n_x} features, one column per sample")
        self._check_stack(f"X{suffix}", X)
        return checks.finite(f"X{suffix}", X, self.dtype)

    def _sparse_X(self, X: Any, n_x: int, suffix: str) -> SparseColumns:
        if X.ndim != 2 or X.shape[0] != n_x or X.shape[1] == 0:
            raise ShapeError(f"X{suffix}: expected shape ({n_x}, m), one column per sample; got {X.shape}, sparse")
        columns = SparseColumns.of(X, self.dtype)
        if not np.isfinite(columns.numbers).all():
            raise DataError(f"X{suffix}: not every number is finite. Impute or remove the others")
        return columns

    def _data(
        self, X: Array, Y: Array, sample_weight: Array | None, suffix: str = ""
    ) -> tuple[Array, Array, Array | None]:
        X = self._X(X, suffix)
        n_y, m = self.architecture.sizes[-1], X.shape[-1]
        Y = checks.matrix(f"Y{suffix}", Y, rows=n_y, columns=m, what=f"n[L] = {n_y} rows, one column per column of X")
        self._check_stack(f"Y{suffix}", Y)
        Y = checks.finite(f"Y{suffix}", Y, self.dtype)
        checks.labels(self.architecture.loss_entry.labels, Y, self.architecture.loss)
        if sample_weight is None:
            return X, Y, None
        S = checks.matrix("sample_weight", sample_weight, rows=1, columns=m, what="one weight per column of X")
        self._check_stack("sample_weight", S)
        return X, Y, checks.weights(checks.finite("sample_weight", S, self.dtype))

    def _check_stack(self, name: str, M: Array) -> None:
        if M.ndim == 3 and M.shape[0] != self.n_networks:
            k = "one network, so no leading axis" if self.n_networks is None else f"a leading axis of {self.n_networks}"
            raise ShapeError(f"{name}: expected {k}; got shape {M.shape}")

    def _initializers(self, initializer: str | Sequence[str] | None) -> list[str]:
        L = self.architecture.L
        if initializer is None:
            names = [choose(ACTIVATIONS, g, "activation")[1].initializer for g in self.architecture.activations]
        else:
            if not isinstance(initializer, Iterable):
                raise SettingError(f"initializer: expected one name, or one for each layer; got {initializer!r}")
            names = [initializer] * L if isinstance(initializer, str) else list(initializer)
        if len(names) != L:
            raise SettingError(f"initializer: expected one name, or one for each of {L} layers; got {len(names)}")
        for name in names:
            choose(INITIALIZERS, name, "initializer")
        return names

    def _seeds(self, seed: Any) -> list[Any]:
        """Return the seeds as a list: one for all networks, or one for each."""
        if isinstance(seed, str) or not isinstance(seed, Sequence | np.ndarray):
            return [seed]
        if self.n_networks is None or len(seed) != self.n_networks:
            wanted = "one" if self.n_networks is None else f"one, or one for each of {self.n_networks} networks"
            raise SettingError(f"seed: expected {wanted}; got {len(seed)}")
        return list(seed)

    def _draw(self, names: list[str], rngs: list[Any]) -> None:
        k = self.n_networks or 1
        for network, rng in enumerate(rngs if len(rngs) == k else rngs * k):
            for l, name in enumerate(names, start=1):
                W = self.W.views[l] if self.n_networks is None else self.W.views[l][network]
                W[...] = choose(INITIALIZERS, name, "initializer")[1].draw(rng, *W.shape)


def checkpoint_to(given: str | Path | Checkpoint | None, every: float) -> Checkpoint | None:
    """Return the checkpoint that is given, or one that saves a network or estimator to the file of that name."""
    if given is None or isinstance(given, Checkpoint):
        return given
    path = check_writable(given)
    return Checkpoint(lambda model: model.save(path), every, is_there=path.exists())


def _record(run: Run) -> dict[str, Any]:
    """Return settings and outcome of a training as plain data."""
    return {"settings": run.settings.to_document(), "samples": run.batches.m, **run.history.to_document()}


def _check_dtype(dtype: Any) -> None:
    try:
        known = np.dtype(dtype).name in _DTYPES
    except TypeError:  # no type of NumPy's at all
        known = False
    if not known:
        raise SettingError(f"dtype: expected {' or '.join(_DTYPES)}; got {dtype!r}")


def _with_prefix(prefix: str, arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands under a prefix, without it."""
    return {name.removeprefix(prefix): M for name, M in arrays.items() if name.startswith(prefix)}


def _expected_shapes(document: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Return the shape of every array of a file: those of its network, and of each network beside it."""
    checked(document, {**DOCUMENT, **BESIDE}, "network", later=(*BESIDE, "glassnet"), others=True)
    found = _own_shapes(document)
    for name, part in document.get("networks", {}).items():
        checked(part, {**DOCUMENT, "training": BESIDE["training"]}, "network beside")
        found |= {f"{name}:{array}": shape for array, shape in _own_shapes(part).items()}
    return found


def _own_shapes(document: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    architecture = Architecture.from_document(document["architecture"])
    n, k = architecture.sizes, document["n_networks"]
    lead = () if k is None else (k,)
    layers = {
        name: (*lead, n[l], columns)
        for l in range(1, architecture.L + 1)
        for name, columns in ((f"W[{l}]", n[l - 1]), (f"b[{l}]", 1))
    }
    theta = (*lead, architecture.n_parameters)
    return layers | checkpoints.expected(document.get("training"), theta, document["dtype"])
