"""The network as one object in the notation: architecture, parameters, and everything that is done with them."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Unpack

import numpy as np

from glassnet.arrays import numpy_namespace as xp
from glassnet.arrays.streamed_columns import StreamedColumns
from glassnet.backends.choice import train
from glassnet.core import checks
from glassnet.core.architecture import Architecture
from glassnet.core.equations import forward
from glassnet.core.initializers import draw_weights, names_of_layers
from glassnet.core.inputs import features, samples, validation_samples
from glassnet.core.names import choose
from glassnet.core.optimizers import OPTIMIZERS
from glassnet.core.parameters import Layers, Parameters
from glassnet.core.propagation import blocks_of, cost_only, propagate
from glassnet.errors import DivergedError, SettingError
from glassnet.files import check_writable
from glassnet.network_file import DTYPES, SavedNetwork
from glassnet.network_inspection import NetworkInspection
from glassnet.network_state import NetworkState
from glassnet.training.checkpoint import Checkpoint
from glassnet.training.declarations import takes
from glassnet.training.history import History, Progress
from glassnet.training.reduction import ALONE, Reduce
from glassnet.training.resume import position_of, resume_run
from glassnet.training.run import Run
from glassnet.training.settings import TRAINING, Settings, TrainingSettings
from glassnet.typing import Array, ArrayLike, Columns, Cost, PerNetwork, Seed


class Gradients(NamedTuple):
    """The slopes of J, and J itself.

    Parameters
    ----------
    dW, db : Layers
        ``dW[l]`` (n[l], n[l-1]) and ``db[l]`` (n[l], 1), views into `vector`.
    vector : array (P,) or (k, P)
        All slopes, in the order of `Network.vector`.
    cost : float, or array (k,) for a stack
        J.
    """

    dW: Layers
    db: Layers
    vector: Array
    cost: Cost


class Network(NetworkInspection, SavedNetwork):
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
    embedding : (g, t, d), optional
        A layer 0 that embeds numbers: the first g t rows of X are g groups of t rows, such as a number's bins and, in
        the last row, the number itself. Each group passes through a linear map of its own into d units (Gorishniy,
        Rubachev and Babenko 2022). A[0] holds these g d units and then the other rows of X; n[0] counts its rows.

    Attributes
    ----------
    W, b : Layers
        ``W[1]`` ... ``W[L]`` (n[l], n[l-1]) and ``b[1]`` ... ``b[L]`` (n[l], 1); assigning checks the shape. With an
        embedding also ``W[0]`` (g, d, t) and ``b[0]`` (g, d, 1).
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

    Two numbers with three bins each, embedded in 8 units each, and one more feature that stays as it is: X has
    2 x 4 + 1 = 9 rows, A[0] has 2 x 8 + 1 = 17.

    >>> net = Network([17, 4, 1], embedding=(2, 4, 8), seed=1)
    >>> net.W[0].shape, net.forward(np.ones((9, 5))).shape
    ((2, 8, 4), (1, 5))
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activations: str | Sequence[str] | None = None,
        loss: str | None = None,
        *,
        initializer: str | Sequence[str] | None = None,
        seed: Seed | Sequence[Seed] = None,
        dtype: str = "float32",
        n_networks: int | None = None,
        embedding: Sequence[int] | None = None,
    ) -> None:
        architecture = Architecture.build(sizes, activations, loss, embedding)
        names = names_of_layers(initializer, architecture.activations)
        _check_dtype(dtype)
        if n_networks is not None and not checks.is_count(n_networks):
            raise SettingError(f"n_networks: expected a whole number of at least 1, or None; got {n_networks!r}")
        theta = Parameters(architecture.sizes, np.dtype(dtype), n_networks, architecture.embedding)
        super().__init__(architecture, theta, draw_weights(theta, names, seed))

    # ------------------------------------------------------------ forward and backward
    def forward(self, X: Columns, *, layer: int | None = None) -> Array:
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

        Raises
        ------
        ShapeError, DataError, WrongTypeError
            If X does not fit the network.
        SettingError
            If there is no such layer.
        """
        parts = [A for _, A in self.forward_in_blocks(X, layer=layer)]
        A: Array = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=-1)
        return A

    def forward_in_blocks(
        self, X: Columns, *, layer: int | None = None, samples: Array | None = None
    ) -> Iterator[tuple[Any, Array]]:
        """Yield what `forward` returns some samples at a time, so that memory does not grow with m.

        Parameters
        ----------
        X : array or scipy.sparse matrix (n[0], m)
            One column per sample.
        layer : int, optional
            As for `forward`.
        samples : array of int (some,), optional
            Indices of some of the samples; None is all.

        Yields
        ------
        block : index
            Which samples: ``X[block]``.
        A : array (n[l], samples of the block), or (k, n[l], samples of the block) for a stack
            Their A[l].

        Raises
        ------
        ShapeError, DataError, WrongTypeError, SettingError
            As `forward` does.
        """
        if layer is not None and not (checks.is_count(layer) and layer <= self.L):
            raise SettingError(f"layer: expected a whole number from 1 to {self.L}, the output; got {layer!r}")
        end = (self.L if layer is None else layer) + 1
        columns = features(X, self.architecture, self.parameters)
        W, b, g = self.W.views[:end], self.b.views[:end], self.architecture.g
        for block in blocks_of(xp, self.parameters, columns, samples):
            with xp.quiet():
                A = forward(xp, columns[block], W, b, g, self._no_masks)[0][-1]
            yield block, A

    def cost(
        self,
        X: Columns,
        Y: ArrayLike,
        *,
        sample_weight: ArrayLike | None = None,
        l2: PerNetwork = 0.0,
        l1: PerNetwork = 0.0,
    ) -> Cost:
        """Return J.

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
        float, or array (k,) for a stack
            J.

        Raises
        ------
        ShapeError, DataError, WrongTypeError, SettingError
            If an argument cannot be used.
        """
        return self._cost(X, Y, sample_weight, Settings(l2=l2, l1=l1), None)

    def cost_and_answers(
        self, X: Columns, Y: ArrayLike, *, sample_weight: ArrayLike | None = None
    ) -> tuple[Cost, Array]:
        """Return J without penalties and A[L], of one pass through the network.

        Parameters
        ----------
        X, Y, sample_weight : array (n[0], m), (n[L], m), (1, m)
            As for `cost`.

        Returns
        -------
        J, A : float, array (n[L], m)
            As `cost` and `forward` return them.
        """
        answers: list[Array] = []
        J = self._cost(X, Y, sample_weight, Settings(), answers)
        return J, np.concatenate(answers, axis=-1)

    def _cost(
        self, X: Columns, Y: ArrayLike, sample_weight: ArrayLike | None, settings: Settings, answers: list[Array] | None
    ) -> Cost:
        X, Y, S = samples(X, Y, sample_weight, self.architecture, self.parameters)
        data = (X, Y) if S is None else (X, Y, S)
        with xp.quiet():
            J = cost_only(xp, self.parameters, data, self._objective(settings), answers)
        return float(J) if np.ndim(J) == 0 else J

    def gradients(
        self,
        X: Columns,
        Y: ArrayLike,
        *,
        sample_weight: ArrayLike | None = None,
        l2: PerNetwork = 0.0,
        l1: PerNetwork = 0.0,
    ) -> Gradients:
        """Return the slopes of J in every parameter, by backward propagation (Rumelhart, Hinton and Williams 1986).

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

        Raises
        ------
        ShapeError, DataError, WrongTypeError, SettingError
            If an argument cannot be used.
        """
        X, Y, S = samples(X, Y, sample_weight, self.architecture, self.parameters)
        gradient = self.parameters.like()
        with xp.quiet():
            objective = self._objective(Settings(l2=l2, l1=l1))
            J = propagate(xp, self.parameters, gradient, X, Y, objective, self._no_masks, S).J
        gradient.W.letter, gradient.b.letter = "dW", "db"
        return Gradients(gradient.W, gradient.b, gradient.vector, float(J) if np.ndim(J) == 0 else J)

    # ------------------------------------------------------------ training
    @takes(TRAINING)
    def fit(
        self,
        X: Array,
        Y: Array,
        *,
        validation: tuple[Array, ...] | None = None,
        sample_weight: Array | None = None,
        callbacks: Iterable[Callable[[Progress], Any]] = (),
        resume: bool = False,
        checkpoint: str | Path | Checkpoint | None = None,
        every: float = 60.0,
        reduce: Reduce | None = None,
        **settings: Unpack[TrainingSettings],
    ) -> History:
        """Train the parameters in place; batch gradient descent by default.

        Parameters
        ----------
        X, Y : array (n[0], m), (n[L], m)
            One column per sample; X may be a matrix of scipy.sparse, which stays sparse, or `StreamedColumns`, which
            bring Y (then None) and weights along.
        <settings>
        validation : (X, Y), optional
            Data whose cost is taken after each epoch.
        sample_weight : array (1, m), or (k, 1, m) for a stack, optional
            Weight of each sample in the mean; with weights 0 and 1 each network of a stack has a fold of its own.
        callbacks : iterable of callable
            Each is called with a `Progress` at the start, after each epoch and at the end; one that returns True ends
            the run.
        resume : bool
            Whether the training is resumed as if the last `fit` had never ended, to the bit: with the optimiser's
            memory and step count, the generator, and the parameters after the last step. With the same settings and
            data a run that was interrupted (by Ctrl-C, a callback or the end of the process) is completed: its `epochs`
            (those of the whole run, or those that are left), schedule, best so far and history are continued. After a
            run that reached its end `epochs` are further ones, and the schedule begins anew. With other data or
            settings only the optimiser's memory is kept; another optimiser than last time, or one with other options,
            starts fresh.
        checkpoint : str or Path, optional
            File to which the network and its training state are written every so often, whole or not at all, and once
            more at the end: ``Network.load(checkpoint).fit(X, Y, ..., resume=True)`` resumes from there. Its
            ``record["interrupted"]`` says whether steps are left.
        every : float
            Seconds of training that may be lost.
        reduce : callable
            Where several processes train this network together: a function that adds up an array over all of them, in
            place, with the attributes `rank` and `ranks`; `glassnet.distributed.joined` returns one. Each process has
            the same data, settings and seed, and computes its part of every step; J and the gradient are summed, so
            all end with the same parameters: those of one process, up to rounding. A checkpoint is for one of them to
            write, and for all to resume from.

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
        chosen = Settings(**settings)
        if chosen.precision == "bfloat16" and self.dtype.name != "float32":
            raise SettingError(f"precision='bfloat16' rounds the products of a float32 network; got {self.dtype.name}")
        X, Y, S = samples(X, Y, sample_weight, self.architecture, self.parameters)
        if isinstance(X, StreamedColumns):
            _check_streamed(X, chosen)
        validation = validation_samples(validation, self.architecture, self.parameters)
        if resume and self.missing_state:
            warnings.warn(self.missing_state, stacklevel=2)
        state = self.optimizer_state if resume else {}
        keeper = checkpoint_to(checkpoint, every)
        run = Run(
            xp,
            self.parameters,
            self._objective(chosen),
            chosen,
            self.rng,
            X,
            Y,
            S=S,
            validation=validation,
            callbacks=callbacks,
            state=state,
            checkpoint=None if keeper is None else lambda run: keeper.write_if_due(partial(_as_it_stands, self, run)),
            reduce=ALONE if reduce is None else reduce,
        )
        if reduce is not None:
            run.check_alike()
        if resume and self.position is not None:
            resume_run(run, self.position)
        _train(self, run)
        if keeper is not None:
            keeper.end(self)
        return run.history

    def astype(self, dtype: str) -> Network:
        """Return a copy whose numbers are of another type.

        Parameters
        ----------
        dtype : {"float32", "float64"}
            The type.

        Returns
        -------
        Network
            Parameters and record, without the state of a training.

        Raises
        ------
        SettingError
            If it is another type.
        """
        _check_dtype(dtype)
        theta = self.parameters.over(self.vector.astype(dtype))
        return Network._of(NetworkState(self.architecture, theta, np.random.default_rng(), self.record))

    def some(self, networks: Sequence[int]) -> Network:
        """Return some networks of a stack, side by side.

        Parameters
        ----------
        networks : sequence of int
            Their numbers, counted from 0.

        Returns
        -------
        Network
            A copy of their parameters, without the state of a training.
        """
        theta = self.parameters.some(networks)
        return Network._of(NetworkState(self.architecture, theta, np.random.default_rng(), self.record))

    def __repr__(self) -> str:
        sizes, embedding = "-".join(map(str, self.architecture.sizes)), self.architecture.embedding
        embedded = "" if embedding is None else f"embedding of {embedding}, "
        stack = "" if self.n_networks is None else f", {self.n_networks} side by side"
        return (
            f"<Network {sizes} ({', '.join(self.architecture.activations)}), {self.architecture.loss}, {embedded}"
            f"{self.architecture.n_parameters:,} parameters, {self.dtype.name}{stack}>"
        )


def _check_streamed(X: StreamedColumns, chosen: Settings) -> None:
    """Raise SettingError where a stream would have to be in memory as a whole."""
    m = X.shape[1]
    if choose(OPTIMIZERS, chosen.optimizer, "optimizer")[1].update is None or not chosen.batch_size:
        raise SettingError(
            "X is streamed, so that no step takes all samples: give batch_size, and an optimizer of steps"
        )
    if chosen.batch_size >= m:
        raise SettingError(f"X is streamed: batch_size must be less than its {m} samples; got {chosen.batch_size}")
    if chosen.unmet():
        raise SettingError(f"X is streamed, which the CPU's engines take in full precision; got {chosen.unmet()}")


def checkpoint_to(given: str | Path | Checkpoint | None, every: float) -> Checkpoint | None:
    """Return the checkpoint that is given, or one that saves a network or estimator to the file of that name."""
    if given is None or isinstance(given, Checkpoint):
        return given
    path = check_writable(given)
    return Checkpoint(lambda model: model.save(path), every, is_there=path.exists())


def _train(network: Network, run: Run) -> None:
    """Take a run to its end, and keep what it leaves."""
    network.optimizer_state, network.position, network.missing_state = run.state, None, ""
    try:
        train(run)
    except DivergedError as error:
        alpha = error.learning_rate if np.isfinite(error.learning_rate) else None  # JSON has no infinity
        broke = {"step": error.step, "layer": error.layer, "learning_rate": alpha}
        network.record = {**_record(run), "diverged": broke}
        network.optimizer_state = {"t": run.state["t"]} if "t" in run.state else {}  # its memory is of broken slopes
        raise
    network.record, network.position = _record(run), run.position


def _as_it_stands(network: Network, run: Run) -> Network:
    """Return the network as Ctrl-C would leave it now, between two steps."""
    run.state["t"] = run.t_before + run.history.steps
    twin, vector = copy.copy(network), run.theta.vector.copy()
    twin.position = position_of(run, cut_off=True)
    run.best.put_back(vector)
    twin.position.settle(vector)
    twin.parameters = network.parameters.over(vector)
    twin.record = {**_record(run), "interrupted": True, "seconds": round(twin.position.seconds, 3)}
    return twin


def _record(run: Run) -> dict[str, Any]:
    """Return settings and outcome of a training as plain data."""
    return {"settings": run.settings.to_document(), "samples": run.batches.m, **run.history.to_document()}


def _check_dtype(dtype: Any) -> None:
    try:
        known = np.dtype(dtype).name in DTYPES
    except TypeError:  # no type of NumPy's at all
        known = False
    if not known:
        raise SettingError(f"dtype: expected {' or '.join(DTYPES)}; got {dtype!r}")
