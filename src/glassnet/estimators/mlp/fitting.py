"""How both MLP estimators are trained: scikit-learn's settings, rows and habits become a run of `Network.fit`."""

from __future__ import annotations

import copy
import math
import warnings
from collections.abc import Iterable, Mapping
from numbers import Integral
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from scipy.sparse import issparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import Tags, check_random_state, column_or_1d
from sklearn.utils.validation import validate_data

from glassnet.core.activations import ACTIVATIONS
from glassnet.core.names import choose
from glassnet.core.schedules import SCHEDULES
from glassnet.errors import DataError, DivergedError, InterruptedWarning, SettingError
from glassnet.estimators.all_or_nothing import all_or_nothing
from glassnet.estimators.foreign_arrays import in_memory
from glassnet.estimators.mlp.advice import about_ending, about_rate, about_scale
from glassnet.estimators.mlp.callbacks import EpochTasks, with_callbacks
from glassnet.estimators.mlp.fitted import FittedMLP
from glassnet.estimators.mlp.monitor import TrainingMonitor
from glassnet.estimators.mlp.settings import CONSTRAINTS
from glassnet.estimators.mlp.start import RandomOrder, draw_as_scikit_learn
from glassnet.estimators.mlp.unfinished import Rest, rest_of
from glassnet.estimators.mlp.validation import Validation, scorer_of
from glassnet.estimators.sklearn_errors import as_glassnet_errors
from glassnet.estimators.weights import checked_weights, drop_zero_weight_rows
from glassnet.network import Network, checkpoint_to
from glassnet.training import generators
from glassnet.training.checkpoint import Checkpoint
from glassnet.training.history import History

Array = Any

NOT_FINITE = (
    "Solver produced non-finite parameter weights. The input data may contain large values and need to be preprocessed."
)


class BaseMLP(FittedMLP):
    """Common part of `MLPClassifier` and `MLPRegressor`; not for use on its own."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = CONSTRAINTS

    def _keep(self, settings: Mapping[str, Any]) -> None:
        """Keep what a constructor was given, each under its own name and as it came; a subclass may have its own."""
        for name, value in settings.items():
            if name not in ("self", "__class__"):
                setattr(self, name, value)

    # ------------------------------------------------------------ what a subclass knows
    _numbers_wanted: ClassVar[bool]

    def _learn_targets(self, y: Array, incremental: bool) -> None:
        """Learn the code of the targets, or see whether that of the last fit serves."""
        raise NotImplementedError

    def _output(self) -> tuple[str, str]:
        """Return the output activation and the loss, in the network's names."""
        raise NotImplementedError

    def _score_rows(self, A: Array, Y: Array, sample_weight: Array | None) -> float:
        """Return the score of outputs A for target columns Y, both (m, n_outputs)."""
        raise NotImplementedError

    def _weighted(self, Y: Array, S: Array | None, incremental: bool) -> Array | None:
        """Return the weights (m,) of the rows with what the targets add to them."""
        return S

    def _softened(self, Y: Array) -> Array:
        """Return the target columns that are trained on."""
        return Y

    def _strata(self, Y: Array) -> Array | None:
        return None

    def _target_note(self, Y: Array) -> str:
        """Say what is unusual about the targets."""
        return ""

    # ------------------------------------------------------------ fit
    @with_callbacks
    def fit(
        self,
        X: Array,
        y: Array,
        sample_weight: Array | None = None,
        *,
        X_val: Array | None = None,
        y_val: Array | None = None,
        sample_weight_val: Array | None = None,
        checkpoint: str | Path | None = None,
        every: float = 60.0,
    ) -> Self:
        """Train on rows X and targets y.

        Parameters
        ----------
        X : {array-like, sparse matrix} (n_samples, n_features)
            One row per sample. Sparse rows stay sparse.
        y : array-like (n_samples,) or (n_samples, n_outputs)
            Labels, or a table of zeros and ones for several labels a sample; numbers for a regressor.
        sample_weight : array-like (n_samples,), default=None
            Weight of each sample in the cost; samples of weight 0 are left out.
        X_val, y_val : array-like, default=None
            Validation rows of your own, whose loss and score are noted after each epoch. With `early_stopping` they
            decide, and no training row is held out.
        sample_weight_val : array-like, default=None
            Weight of each of them.
        checkpoint : str or Path, default=None
            File to which the estimator and all that going on takes is written every so often, whole or not at all:
            ``glassnet.load(checkpoint).set_params(warm_start=True, keep_optimizer=True).fit(X, y)`` takes the fit to
            its end.
        every : float, default=60.0
            Seconds of training that may be lost.

        Returns
        -------
        Self
            The estimator itself.

        Raises
        ------
        ValueError
            If an argument cannot be used, or the cost stops being a finite number (`DivergedError`).

        Warns
        -----
        InterruptedWarning
            After Ctrl-C: the best weights so far are kept. One of several fits (of a search, of folds, of an ensemble)
            raises KeyboardInterrupt instead, which ends them all; so does any fit that has taken no step yet.
        """
        keeper = checkpoint_to(checkpoint, every)
        self._fit(X, y, sample_weight, (X_val, y_val, sample_weight_val), keeper=keeper)
        if keeper is not None:
            keeper.end(self)
        return self

    @all_or_nothing(DivergedError)
    def _fit(
        self,
        X: Array,
        y: Array,
        sample_weight: Array | None,
        given_validation: tuple[Array, Array, Array] = (None, None, None),
        *,
        incremental: bool = False,
        keeper: Checkpoint | None = None,
    ) -> Self:
        self._check_settings(incremental)
        hidden = self._hidden_layers()
        fresh = not hasattr(self, "network_") or not (self.warm_start or incremental)
        shown = X, y, sample_weight
        with as_glassnet_errors():
            X, y = self._checked(X, y, reset=fresh)
            self._learn_targets(y, incremental)
            Y = self.target_.encode(y)
            S = self._weighted(Y, checked_weights(X, sample_weight), incremental)
            X, Y, S = drop_zero_weight_rows(X, Y, S)
            validation = self._given_validation(*given_validation, X.dtype)
        sizes = [X.shape[1], *hidden, Y.shape[1]]
        random_state = check_random_state(self.random_state)
        if fresh:
            self._start(sizes, X.dtype, random_state)
        else:
            self._go_on(sizes)
        if fresh or not incremental:
            notes = about_scale(X, getattr(self, "feature_names_in_", None)), self._target_note(Y)
            self.notes_ = [note for note in notes if note]
        rows = (X, Y, S) if validation is None else (X, Y, S, validation.X, validation.Y, validation.S)
        rest, self._rest = None if fresh or incremental or not self.keep_optimizer else self._rest, None
        if rest is not None and not rest.is_of(self, rows):
            rest = None
        if rest is not None:
            random_state = generators.from_document(rest.random_state)
        began = generators.to_document(random_state)
        if validation is None and self.early_stopping and self.solver != "lbfgs":
            X, Y, S, validation = self._split(X, Y, S, random_state)
        self._make_room(validation)
        self.n_iter_ = 0 if rest is None else self.n_iter_
        order = RandomOrder(random_state, self.network_.rng)
        for _ in range(0 if rest is None else rest.draws):
            order.permutation(X.shape[0])
        tasks = EpochTasks(self, *shown, 1 if incremental else self.max_iter - self.n_iter_)
        within = None
        if keeper is not None and began is not None:
            within = keeper.of(
                lambda network: self._as_it_stands(network, order, rest_of(self, rows, began, order.draws))
            )
        monitor = TrainingMonitor(self, X.shape[0], validation, tasks, takes_up=rest is not None, keeper=within)
        train = self._search if self.solver == "lbfgs" else self._descend
        problem = train(X, self._softened(Y), S, monitor, order, incremental)
        if self.network_.position is not None and not self.network_.position.ended and began is not None:
            self._rest = rest_of(self, rows, began, order.draws)
        if not np.isfinite(self.network_.vector).all():
            raise DivergedError(
                NOT_FINITE, layer=0, step=self.network_.optimizer_state.get("t", 0), learning_rate=self._learning_rate
            )
        tasks.end()
        self._warn(monitor.interrupted, problem, is_new=fresh or not incremental)
        return self

    def _warn(self, interrupted: bool, problem: str, *, is_new: bool) -> None:
        """Warn of an interrupt, and once of all that went badly; notes are told by a new fit."""
        if interrupted:
            text = "Training interrupted by user; the best weights so far are kept."
            warnings.warn(text, InterruptedWarning, stacklevel=6)
        if problem or (self.notes_ and is_new):
            warnings.warn("\n".join(filter(None, [problem, *self.notes_])), ConvergenceWarning, stacklevel=6)

    def _as_it_stands(self, network: Network, order: RandomOrder, rest: Rest) -> BaseMLP:
        """Return the estimator as Ctrl-C would leave it now, with the network that `Network.fit` would leave."""
        twin = copy.copy(self)
        twin.network_, twin._rest, network.rng = network, rest, order.masks
        if self.early_stopping and self.solver != "lbfgs":
            twin._put_back_best()
        return twin

    def _put_back_best(self) -> None:
        """Write the weights of the best validation score into the network; the rest of a fit knows the others."""
        network = self.network_
        before = network.vector.copy()
        network.vector[...] = self._best_vector
        if network.position is not None and not network.position.ended:
            network.position.follow(before, network.vector)

    def _checked(self, X: Array, y: Array, *, reset: bool) -> tuple[Array, Array]:
        """Check rows, which may be sparse, and targets, which are dense unless they are labels."""
        X, y = validate_data(
            self,
            in_memory("X", X),
            self._targets(y),
            accept_sparse=["csr", "csc"],
            multi_output=True,
            y_numeric=self._numbers_wanted,
            dtype=(np.float64, np.float32),
            reset=reset,
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        return X.tocsr() if issparse(X) else X, y.toarray() if issparse(y) and self._numbers_wanted else y

    def _check_settings(self, incremental: bool) -> None:
        with as_glassnet_errors():
            self._validate_params()
        if incremental and self.early_stopping:
            raise SettingError("partial_fit does not support early_stopping=True: a single pass leaves nothing to stop")
        if self.schedule != "constant" and self.solver == "sgd" and self.learning_rate != "constant":
            raise SettingError(
                f"learning_rate={self.learning_rate!r} and schedule={self.schedule!r} both move the rate; give one"
            )
        if self.n_networks > 1 and self.solver == "lbfgs":
            raise SettingError(
                f"n_networks: lbfgs searches for one network at a time, got {self.n_networks}; "
                "take solver='adam', 'adamw' or 'sgd'"
            )

    def _hidden_layers(self) -> list[int]:
        given = self.hidden_layer_sizes
        units = list(given) if isinstance(given, Iterable) else [given]
        if any(not isinstance(n, Integral) or n <= 0 for n in units):
            raise SettingError(f"hidden_layer_sizes must be > 0, got {units}: whole numbers, one per hidden layer.")
        return [int(n) for n in units]

    def _activations(self, hidden_layers: int) -> list[str]:
        given = self.activation
        if isinstance(given, str):
            names = [given] * hidden_layers
        elif len(given) == hidden_layers:
            names = list(given)
        else:
            raise SettingError(
                f"activation: {hidden_layers} hidden layers take one name, or a list of {hidden_layers}; got {given!r}"
            )
        choices = {"logistic": ACTIVATIONS["sigmoid"], **ACTIVATIONS}
        if isinstance(given, str):
            choose(choices, given, "activation")  # also where no hidden layer will ask
        return ["sigmoid" if choose(choices, name, "activation")[0] == "logistic" else name for name in names]

    def _start(self, sizes: list[int], dtype: Any, random_state: np.random.RandomState) -> None:
        """Draw a new network, as scikit-learn draws it, and empty every curve."""
        output, loss = self._output()
        self.network_ = Network(
            sizes,
            [*self._activations(len(sizes) - 2), output],
            loss,
            initializer="zeros",
            seed=random_state,
            dtype=np.dtype(dtype).name,
            n_networks=self._stack,
        )
        draw_as_scikit_learn(self.network_, random_state, self.activation)
        self.n_layers_, self.n_outputs_ = len(sizes), sizes[-1]
        self.out_activation_ = "logistic" if output == "sigmoid" else output
        self.n_iter_, self.t_, self._no_improvement_count = 0, 0, 0
        self._learning_rate = float(self.learning_rate_init)
        self.loss_, self.loss_curve_, self.best_loss_, self._best_vector = float("nan"), [], None, None
        self.validation_scores_ = self.validation_loss_curve_ = self.best_validation_score_ = None

    def _go_on(self, sizes: list[int]) -> None:
        """Keep the network of the last fit, with the activations that are set now."""
        old = self.network_.architecture
        if list(old.sizes) != sizes or self.network_.n_networks != self._stack:
            stack = f" (now {self.network_.n_networks or 1} networks; asked for {self.n_networks})"
            raise SettingError(
                f"a warm start or partial_fit goes on with the network of the last fit, of sizes {list(old.sizes)}; "
                f"these settings and data need {sizes}{stack if self.network_.n_networks != self._stack else ''}. "
                "Use clone(estimator) for a new network"
            )
        output, loss = self._output()
        self.network_.architecture = type(old).build(sizes, [*self._activations(len(sizes) - 2), output], loss)

    @property
    def _stack(self) -> int | None:
        """The network's n_networks: None without a leading axis."""
        return None if self.n_networks == 1 else int(self.n_networks)

    def _make_room(self, validation: Validation | None) -> None:
        """See to the curves that this training needs, and to the best so far; what a warm start has goes on."""
        by_score = self.early_stopping and self.solver != "lbfgs"
        if by_score:
            self.best_loss_ = None
        elif self.best_loss_ is None:
            self.best_loss_ = np.inf
        if validation is not None and (self.validation_scores_ is None or self.validation_loss_curve_ is None):
            self.validation_scores_, self.validation_loss_curve_, self.best_validation_score_ = [], [], -np.inf
        if by_score and self._best_vector is None:
            self._best_vector = self.network_.vector.copy()

    # ------------------------------------------------------------ solvers
    def _search(
        self, X: Array, Y: Array, S: Array | None, monitor: TrainingMonitor, order: RandomOrder, incremental: bool
    ) -> str:
        history = self._train(
            X,
            Y,
            S,
            monitor,
            order,
            epochs=self.max_iter,
            optimizer=f"lbfgs(tolerance={float(self.tol)!r}, max_evaluations={self.max_fun})",
            resume=monitor.takes_up,
        )
        self.loss_ = self.network_.cost(X.T, Y.T, sample_weight=row(S), l2=self.alpha)
        self.best_loss_, monitor.interrupted = self.loss_, history.interrupted
        if history.converged is not False or monitor.stopped:
            return ""
        more = "" if self.n_iter_ < self.max_iter else f"Raise max_iter (now {self.max_iter}). "
        advice = "" if self.notes_ else "Inputs scaled to mean 0 and spread 1 (StandardScaler) converge faster; "
        return (
            f"lbfgs failed to converge after {self.n_iter_} iteration(s):\n{history.message}\n{more}{advice}"
            f"tol={self.tol:g} is the slope at which it stops; a larger one stops earlier."
        )

    def _descend(
        self, X: Array, Y: Array, S: Array | None, monitor: TrainingMonitor, order: RandomOrder, incremental: bool
    ) -> str:
        m, batch_size = X.shape[0], self.batch_size
        if batch_size == "auto":
            batch_size = min(200, m)
        elif batch_size > m:
            warnings.warn(
                f"Got `batch_size` less than 1 or larger than sample size. It is going to be clipped (to {m})",
                stacklevel=6,
            )
        resume = incremental or self.keep_optimizer
        if not resume:
            self._learning_rate = float(self.learning_rate_init)
        moving_rate = self.solver == "sgd" and self.learning_rate != "constant"
        problem = ""
        try:
            history = self._train(
                X,
                Y,
                S,
                monitor,
                order,
                optimizer=self._optimizer_name(),
                learning_rate=self.learning_rate_init,
                schedule=monitor.factor if moving_rate else self.schedule,
                epochs=1 if incremental else self.max_iter,
                batch_size=batch_size,
                shuffle=self.shuffle,
                resume=resume,
            )
        except DivergedError as error:
            if not monitor.by_score:
                raise
            self.n_iter_ += 1
            monitor.validation_failed()
            problem = str(error)
        else:
            if history.interrupted:
                monitor.interrupted = True
            elif self.n_iter_ == self.max_iter and not (monitor.stopped or incremental or self._is_run_out()):
                problem = self._not_converged()
            elif ending := about_ending(self.loss_curve_[-self.n_iter_ :], float(self.learning_rate_init)):
                self.notes_.append(ending)
        if monitor.by_score and self._best_vector is not None:  # a score decides; before the first there is none
            self._put_back_best()
        return problem

    def _not_converged(self) -> str:
        """Say that max_iter came first, and what to change."""
        advice = about_rate(self.loss_curve_[-self.n_iter_ :], float(self.learning_rate_init))
        if advice:
            self.notes_.append(advice)
        scale = "" if self.notes_ else ", or scale the inputs to mean 0 and spread 1 (StandardScaler)"
        return (
            f"Stochastic Optimizer: Maximum iterations ({self.max_iter}) reached and the optimization hasn't "
            f"converged yet.{'' if advice else f' Raise max_iter or learning_rate_init{scale}.'}"
        )

    def _is_run_out(self) -> bool:
        """Tell whether the schedule brings the learning rate to nothing at max_iter: there the training is complete."""
        schedule, T = self.schedule, self.max_iter
        factor = schedule if callable(schedule) else choose(SCHEDULES, schedule, "schedule")[1].factor
        return bool(factor(T, T, []) < 1e-3)

    def _train(
        self, X: Array, Y: Array, S: Array | None, monitor: TrainingMonitor, order: RandomOrder, **settings: Any
    ) -> History:
        """Hand rows to the network as columns; `order` stands in for its generator while it trains."""
        net = self.network_
        generator, net.rng = net.rng, order  # type: ignore[assignment]
        try:
            history = net.fit(
                X.T, Y.T, sample_weight=row(S), l2=float(self.alpha), dropout=self.dropout, clip_norm=self.clip_norm,
                callbacks=[monitor], engine=self.engine, device=self.device, precision=self.precision,
                checkpoint=monitor.keeper, **settings,
            )  # fmt: skip
        except DivergedError as error:
            raise DivergedError(
                " ".join([f"{NOT_FINITE} In detail: {error}", *self.notes_]),
                layer=error.layer,
                step=error.step,
                learning_rate=error.learning_rate,
            ) from error
        finally:
            net.rng = generator
        if net.position is not None and not history.interrupted:
            net.position.end()  # also where nothing got better any more
        if history.interrupted and not history.steps:
            raise KeyboardInterrupt  # there is nothing to keep
        return history

    def _optimizer_name(self) -> str:
        if self.solver == "sgd":
            return f"{'nesterov' if self.nesterovs_momentum else 'momentum'}({float(self.momentum)!r})"
        decay = f", {float(self.weight_decay)!r}" if self.solver == "adamw" else ""
        return f"{self.solver}({float(self.beta_1)!r}, {float(self.beta_2)!r}, {float(self.epsilon)!r}{decay})"

    # ------------------------------------------------------------ validation rows
    def _given_validation(
        self, X: Array | None, y: Array | None, sample_weight: Array | None, dtype: Any
    ) -> Validation | None:
        """Check the validation rows that a user gave."""
        if X is None or y is None:
            if not (X is None and y is None and sample_weight is None):
                raise SettingError("validation rows need both X_val and y_val")
            return None
        try:
            X, y = self._checked(X, y, reset=False)
            Y = self.target_.encode(y)
            S = self._weighted(Y, checked_weights(X, sample_weight), False)
        except ValueError as error:
            raise DataError(f"X_val, y_val, sample_weight_val: {error}") from error
        return Validation(*drop_zero_weight_rows(X.astype(dtype, copy=False), Y, S), scorer_of(self, self.scoring))

    def _split(
        self, X: Array, Y: Array, S: Array | None, random_state: np.random.RandomState
    ) -> tuple[Array, Array, Array | None, Validation]:
        """Hold rows out; return the others, and those held out."""
        m, share, strata = X.shape[0], self.validation_fraction, self._strata(Y)
        if (held := math.ceil(share * m)) < 2:
            raise DataError(
                "The validation set is too small. Increase 'validation_fraction' or the size of your dataset. "
                f"(It is {share:g} now, which holds {held} of {m} rows out; 2 are needed, or X_val and y_val)"
            )
        if held >= m:
            raise DataError(
                f"validation_fraction={share:g} holds all of {m} rows out; decrease it, so that rows are left to train"
            )
        arrays = [X, Y] if S is None else [X, Y, S]
        parts = train_test_split(*arrays, random_state=random_state, test_size=share, stratify=strata)
        X, X_out, Y, Y_out, *weights = parts
        S, S_out = weights or (None, None)
        with as_glassnet_errors():
            return X, Y, S, Validation(X_out, Y_out, S_out, scorer_of(self, self.scoring))

    def _can_go_on(self) -> bool:
        if self.solver == "lbfgs":
            raise AttributeError("partial_fit is only available for stochastic optimizers. lbfgs is not stochastic.")
        if self.schedule != "constant":
            raise AttributeError(f"partial_fit does not know how long it will go on; got schedule={self.schedule!r}")
        return True

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def row(sample_weight: Array | None) -> Array | None:
    """Return weights (m,) as the row (1, m)."""
    return None if sample_weight is None else sample_weight[None, :]
