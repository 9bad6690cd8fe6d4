"""How both MLP estimators are trained: scikit-learn's settings, rows and habits become a run of `Network.fit`."""

from __future__ import annotations

import copy
import warnings
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import Tags, check_random_state

from glassnet.errors import DataError, DivergedError, InterruptedWarning, SettingError
from glassnet.estimators.all_or_nothing import all_or_nothing
from glassnet.estimators.mlp.advice import about_ending, about_scale, at_most_epochs, not_found
from glassnet.estimators.mlp.callbacks import EpochTasks, with_callbacks
from glassnet.estimators.mlp.fitted import FittedMLP
from glassnet.estimators.mlp.monitor import TrainingMonitor
from glassnet.estimators.mlp.rows import Rows, Validation, checked, scorer_of
from glassnet.estimators.mlp.settings import (
    activation_names,
    check_together,
    fit_settings,
    hidden_units,
    schedule_ends_at_zero,
)
from glassnet.estimators.mlp.start import RandomOrder, draw_as_scikit_learn
from glassnet.estimators.mlp.unfinished import rest_of
from glassnet.estimators.sklearn_errors import as_glassnet_errors
from glassnet.estimators.weights import checked_weights
from glassnet.network import Network, checkpoint_to
from glassnet.training import generators
from glassnet.training.checkpoint import Checkpoint
from glassnet.training.history import History
from glassnet.typing import AnyArray, ArrayLike
from glassnet.typing import Rows as GivenRows

NOT_FINITE = (
    "Solver produced non-finite parameter weights. The input data may contain large values and need to be preprocessed."
)


class BaseMLP(FittedMLP):
    """Common part of `MLPClassifier` and `MLPRegressor`; not for use on its own."""

    # ------------------------------------------------------------ what a subclass knows
    _numbers_wanted: ClassVar[bool]

    def _learn_targets(self, y: AnyArray, incremental: bool) -> None:
        """Learn the code of the targets, or check that that of the last fit serves."""
        raise NotImplementedError

    def _output(self) -> tuple[str, str]:
        """Return the output activation and the loss, in the network's names."""
        raise NotImplementedError

    def _score_rows(self, A: AnyArray, Y: AnyArray, sample_weight: AnyArray | None) -> float:
        """Return the score of outputs A for target columns Y, both (m, n_outputs)."""
        raise NotImplementedError

    def _weighted(self, Y: AnyArray, S: AnyArray | None, incremental: bool) -> AnyArray | None:
        """Return the weights (m,) of the rows with what the targets add to them."""
        return S

    def _softened(self, Y: AnyArray) -> AnyArray:
        """Return the target columns that are trained on."""
        return Y

    def _strata(self, Y: AnyArray) -> AnyArray | None:
        return None

    def _target_note(self, Y: AnyArray) -> str:
        """Say what is unusual about the targets."""
        return ""

    # ------------------------------------------------------------ fit
    @with_callbacks
    def fit(
        self, X: GivenRows, y: ArrayLike, sample_weight: ArrayLike | None = None, *,
        X_val: GivenRows | None = None, y_val: ArrayLike | None = None, sample_weight_val: ArrayLike | None = None,
        checkpoint: str | Path | None = None, every: float = 60.0,
    ) -> Self:  # fmt: skip
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
            File to which the estimator and its training state are written every so often, whole or not at all:
            ``glassnet.load(checkpoint).set_params(resume=True).fit(X, y)`` completes the fit.
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
        self, X: AnyArray, y: AnyArray, sample_weight: AnyArray | None,
        given_validation: tuple[AnyArray, AnyArray, AnyArray] = (None, None, None), *,
        incremental: bool = False, keeper: Checkpoint | None = None,
    ) -> Self:  # fmt: skip
        with as_glassnet_errors():
            self._validate_params()
        check_together(self, incremental=incremental)
        hidden = hidden_units(self.hidden_layer_sizes)
        fresh = not (hasattr(self, "network_") and (self._keeps_network or incremental))
        with as_glassnet_errors():
            rows = self._checked_rows(X, y, sample_weight, reset=fresh, incremental=incremental)
            validation = self._given_validation(*given_validation, rows.X.dtype)
        random_state = check_random_state(self.random_state)
        sizes = [rows.X.shape[1], *hidden, rows.Y.shape[1]]
        if fresh:
            self._start(sizes, rows.X.dtype, random_state)
        else:
            self._keep_network(sizes)
        if is_new := fresh or not incremental:
            notes = about_scale(rows.X, getattr(self, "feature_names_in_", None)), self._target_note(rows.Y)
            self.notes_ = [note for note in notes if note]
        whole = rows if validation is None else (*rows, *validation.rows)
        rest, self._rest = self._rest, None
        if rest is None or fresh or incremental or not (self.resume and rest.is_of(self, whole)):
            rest = None
        else:
            random_state = generators.from_document(rest.random_state)
        began = generators.to_document(random_state)
        if validation is None and self._stops_by_score:
            rows, validation = self._parted(rows, random_state)
        self._prepare_curves(validation)
        self.n_iter_ = 0 if rest is None else self.n_iter_
        order = RandomOrder(random_state, self.network_.rng, rows.m, draws=0 if rest is None else rest.draws)
        rest_now = None if began is None else partial(rest_of, self, whole, began, order)
        tasks = EpochTasks(self, X, y, sample_weight, 1 if incremental else self.max_iter - self.n_iter_)
        if keeper is not None:
            keeper = None if rest_now is None else keeper.of(partial(self._as_it_stands, order, rest_now))
        monitor = TrainingMonitor(self, rows.m, validation, tasks, order, resumed=rest is not None, keeper=keeper)
        train = self._search if self.solver == "lbfgs" else partial(self._descend, incremental=incremental)
        problem = train(rows._replace(Y=self._softened(rows.Y)), monitor)
        self._rest = rest_now() if rest_now is not None and self._is_unfinished else None
        self._check_finite()
        tasks.end()
        self._warn(monitor.interrupted, problem, is_new=is_new)
        return self

    def _check_finite(self) -> None:
        if not np.isfinite(self.network_.vector).all():
            t = self.network_.optimizer_state.get("t", 0)
            raise DivergedError(NOT_FINITE, layer=0, step=t, learning_rate=self._learning_rate)

    def _warn(self, interrupted: bool, problem: str, *, is_new: bool) -> None:
        """Warn of an interrupt, and once of all that went badly; notes belong to a new fit."""
        if interrupted:
            text = "Training interrupted by user; the best weights so far are kept."
            warnings.warn(text, InterruptedWarning, stacklevel=6)
        if problem or (self.notes_ and is_new):
            warnings.warn("\n".join(filter(None, [problem, *self.notes_])), ConvergenceWarning, stacklevel=6)

    @property
    def _keeps_network(self) -> bool:
        """Whether `fit` begins with the network of the last one."""
        return bool(self.warm_start or self.resume)

    @property
    def _stops_by_score(self) -> bool:
        """Whether the score of validation rows decides; lbfgs ends by itself."""
        return bool(self.early_stopping and self.solver != "lbfgs")

    @property
    def _is_unfinished(self) -> bool:
        """Whether the last training was interrupted."""
        return self.network_.position is not None and not self.network_.position.ended

    def _as_it_stands(self, order: RandomOrder, rest_now: Any, network: Network) -> BaseMLP:
        """Return the estimator as Ctrl-C would leave it now, with the network that `Network.fit` would leave."""
        twin = copy.copy(self)
        twin.network_, twin._rest, network.rng = network, rest_now(), order.masks
        if self._stops_by_score:
            twin._restore_best()
        return twin

    def _restore_best(self) -> None:
        """Write the weights of the best validation score into the network; its position keeps the last ones."""
        network = self.network_
        before = network.vector.copy()
        network.vector[...] = self._best_vector
        if self._is_unfinished:
            network.position.follow(before, network.vector)  # type: ignore[union-attr]

    # ------------------------------------------------------------ rows
    def _checked_rows(
        self, X: AnyArray, y: AnyArray, sample_weight: AnyArray | None, *, reset: bool, incremental: bool
    ) -> Rows:
        """Return the rows to train on; learn the code of their targets."""
        X, y = checked(self, X, y, reset=reset)
        self._learn_targets(y, incremental)
        Y = self.target_.encode(y)
        return Rows(X, Y, self._weighted(Y, checked_weights(X, sample_weight), incremental)).weighted()

    def _given_validation(
        self, X: AnyArray | None, y: AnyArray | None, sample_weight: AnyArray | None, dtype: Any
    ) -> Validation | None:
        """Check the validation rows that a user gave."""
        if X is None or y is None:
            if not (X is None and y is None and sample_weight is None):
                raise SettingError("validation rows need both X_val and y_val")
            return None
        try:
            X, y = checked(self, X, y, reset=False)
            Y = self.target_.encode(y)
            S = self._weighted(Y, checked_weights(X, sample_weight), False)
        except ValueError as error:
            raise DataError(f"X_val, y_val, sample_weight_val: {error}") from error
        return Validation(Rows(X.astype(dtype, copy=False), Y, S).weighted(), scorer_of(self, self.scoring))

    def _parted(self, rows: Rows, random_state: np.random.RandomState) -> tuple[Rows, Validation]:
        """Hold rows out; return the others, and those held out."""
        rows, held_out = rows.parted(self.validation_fraction, self._strata(rows.Y), random_state)
        with as_glassnet_errors():
            return rows, Validation(held_out, scorer_of(self, self.scoring))

    # ------------------------------------------------------------ the network
    def _architecture(self, sizes: list[int]) -> tuple[list[int], list[str], str]:
        output, loss = self._output()
        return sizes, [*activation_names(self.activation, len(sizes) - 2), output], loss

    def _start(self, sizes: list[int], dtype: Any, random_state: np.random.RandomState) -> None:
        """Draw a new network, as scikit-learn draws it, and empty every curve."""
        self.network_ = Network(
            *self._architecture(sizes), initializer="zeros", seed=random_state, dtype=np.dtype(dtype).name,
            n_networks=self._stack,
        )  # fmt: skip
        draw_as_scikit_learn(self.network_, random_state, self.activation)
        output = self.network_.architecture.activations[-1]
        self.n_layers_, self.n_outputs_ = len(sizes), sizes[-1]
        self.out_activation_ = "logistic" if output == "sigmoid" else output
        self.n_iter_, self.t_, self._no_improvement_count = 0, 0, 0
        self._learning_rate = float(self.learning_rate_init)
        self.loss_, self.loss_curve_, self.best_loss_, self._best_vector = float("nan"), [], None, None
        self.validation_scores_ = self.validation_loss_curve_ = self.best_validation_score_ = None

    def _keep_network(self, sizes: list[int]) -> None:
        """Keep the network of the last fit, with the activations that are set now."""
        old = self.network_.architecture
        if list(old.sizes) != sizes or self.network_.n_networks != self._stack:
            stack = f" (now {self.network_.n_networks or 1} networks; asked for {self.n_networks})"
            raise SettingError(
                f"a warm start or partial_fit resumes the network of the last fit, of sizes {list(old.sizes)}; "
                f"these settings and data need {sizes}{stack if self.network_.n_networks != self._stack else ''}. "
                "Use clone(estimator) for a new network"
            )
        self.network_.architecture = type(old).build(*self._architecture(sizes))

    @property
    def _stack(self) -> int | None:
        """The network's n_networks: None without a leading axis."""
        return None if self.n_networks == 1 else int(self.n_networks)

    def _prepare_curves(self, validation: Validation | None) -> None:
        """Make the curves that this training needs; those of a warm start are continued."""
        if self._stops_by_score:
            self.best_loss_ = None
        elif self.best_loss_ is None:
            self.best_loss_ = np.inf
        if validation is not None and (self.validation_scores_ is None or self.validation_loss_curve_ is None):
            self.validation_scores_, self.validation_loss_curve_, self.best_validation_score_ = [], [], -np.inf
        if self._stops_by_score and self._best_vector is None:
            self._best_vector = self.network_.vector.copy()

    # ------------------------------------------------------------ solvers
    def _search(self, rows: Rows, monitor: TrainingMonitor) -> str:
        """Train by lbfgs; return what went badly."""
        history = self._train(rows, monitor, **fit_settings(self), resume=monitor.resumed)
        self.loss_ = self.network_.cost(**rows.columns, l2=self.alpha, l1=self.l1)
        self.best_loss_, monitor.interrupted = self.loss_, history.interrupted
        if history.converged is not False or monitor.stopped:
            return ""
        return not_found(self, history.message)

    def _descend(self, rows: Rows, monitor: TrainingMonitor, *, incremental: bool) -> str:
        """Train by sgd, adam or adamw; return what went badly."""
        settings = fit_settings(self)
        settings["batch_size"] = min(200, rows.m) if self.batch_size == "auto" else self.batch_size
        if settings["batch_size"] > rows.m:
            text = "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped"
            warnings.warn(f"{text} (to {rows.m})", stacklevel=6)
        if incremental:
            settings["epochs"] = 1
        if self.solver == "sgd" and self.learning_rate != "constant":
            settings["schedule"] = monitor.factor
        resume = incremental or self.resume
        if not resume:
            self._learning_rate = float(self.learning_rate_init)
        problem = ""
        try:
            history = self._train(rows, monitor, **settings, resume=resume)
        except DivergedError as error:
            if not monitor.by_score:
                raise
            self.n_iter_ += 1
            monitor.validation_failed()
            problem = str(error)
        else:
            if history.interrupted:
                monitor.interrupted = True
            elif self.n_iter_ == self.max_iter and not (monitor.stopped or incremental or schedule_ends_at_zero(self)):
                problem = at_most_epochs(self)
            elif ending := about_ending(self.loss_curve_[-self.n_iter_ :], float(self.learning_rate_init)):
                self.notes_.append(ending)
        if monitor.by_score and self._best_vector is not None:  # a score decides; before the first there is none
            self._restore_best()
        return problem

    def _train(self, rows: Rows, monitor: TrainingMonitor, **settings: Any) -> History:
        """Hand rows to the network as columns; the monitor's order stands in for its generator while it trains."""
        net = self.network_
        generator, net.rng = net.rng, monitor.order  # type: ignore[assignment]
        try:
            history = net.fit(**rows.columns, **settings, callbacks=[monitor], checkpoint=monitor.keeper)
        except DivergedError as error:
            text = " ".join([f"{NOT_FINITE} In detail: {error}", *self.notes_])
            raise DivergedError(text, layer=error.layer, step=error.step, learning_rate=error.learning_rate) from error
        finally:
            net.rng = generator
        if net.position is not None and not history.interrupted:
            net.position.end()  # also where nothing got better any more
        if history.interrupted and not history.steps:
            raise KeyboardInterrupt  # there is nothing to keep
        return history

    def _can_fit_in_parts(self) -> bool:
        if self.solver == "lbfgs":
            raise AttributeError("partial_fit is only available for stochastic optimizers. lbfgs is not stochastic.")
        if self.schedule not in ("constant", None):
            raise AttributeError(
                f"partial_fit does not know how long the training will be; got schedule={self.schedule!r}"
            )
        return True

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
