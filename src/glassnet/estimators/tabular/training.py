"""Candidates are trained one after the other, each as its recipe says, and judged by the rows left out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.arrays.streamed_columns import StreamedColumns
from glassnet.core import linear_model
from glassnet.errors import DivergedError
from glassnet.estimators.tabular import out_of_fold
from glassnet.estimators.tabular.candidate import LOG, Candidate, best_of
from glassnet.estimators.tabular.judging import JudgedRows, judged, shown_scores
from glassnet.estimators.tabular.logarithms import may_learn_logarithms, target_of
from glassnet.estimators.tabular.networks import is_full_batch, new_network, recipes_to_try
from glassnet.estimators.tabular.recipes import FEW_ROWS, SOLVED, Recipe, preset_named
from glassnet.estimators.tabular.settings import IN_FIT
from glassnet.estimators.tabular.time_plan import TimePlan
from glassnet.estimators.tabular.training_data import TrainingData
from glassnet.estimators.tabular.unfinished import Unfinished
from glassnet.estimators.targets import Target, smoothed
from glassnet.metrics import METRICS, metric_named
from glassnet.network import Network
from glassnet.training import generators
from glassnet.training.checkpoint import Checkpoint
from glassnet.training.history import History, Progress
from glassnet.training.position import fingerprint
from glassnet.training.reduction import Reduce
from glassnet.training.settings import Settings
from glassnet.typing import AnyArray

if TYPE_CHECKING:
    from glassnet.estimators.tabular.model import TableModel

Callback = Callable[[Progress], Any]

EXACT = 1e-6  # cost of a linear model that leaves nothing to learn, in variances


def train_candidates(
    model: TableModel, data: TrainingData, unfinished: Unfinished | None, *, callbacks: Iterable[Callback],
    checkpoint: Checkpoint | None, as_of: Callable[[list[Candidate]], Any], time_plan: TimePlan,
    reduce: Reduce | None = None,
) -> list[Candidate]:  # fmt: skip
    """Train one candidate after the other, and return them."""
    n_x, m = data.X.shape
    recipes = recipes_to_try(model, n_x, m, data.k, warm=data.warm, text=data.text)
    recipes = {name: recipe for name, recipe in recipes.items() if not recipe.solved or _is_solvable(model, data)}
    networks = {  # all before the first is trained: what is wrong with them is reported at once
        name: model.network_ if data.warm else _new_network(model, recipe, data) for name, recipe in recipes.items()
    }
    for name, network in networks.items():  # before the first callback, which says what is trained on
        if not recipes[name].solved:
            Settings(**_fit_options(model, recipes[name], network, m))
    callbacks = [*callbacks, *time_plan.ends()]
    trainings = _Trainings(model, data, unfinished, callbacks, checkpoint, as_of, time_plan, reduce)
    if unfinished is not None:
        networks = _resumed(networks, unfinished, data)
        for candidate in unfinished.done:
            _judge_again(candidate, data, metric_of(model))
    for name, network in networks.items():
        trainings.measure(name, recipes[name], network)
    otherwise = preset_named(model.preset).otherwise
    left = [name for name in networks if not recipes[name].solved and name != otherwise]
    for name, network in networks.items():
        if not _is_needed(name, otherwise, m, trainings.candidates):
            continue
        if name == otherwise:
            left = [name]
        if name in left:
            time_plan.plan(left)
            left.remove(name)
            if not trainings.has_time_for(name):
                break
        trained = trainings.add(name, recipes[name], network)
        if trained and (trainings.are_interrupted or _is_exact(trainings.candidates[-1])):
            break
    trainings.add_logarithms(recipes)
    if not trainings.candidates:
        assert trainings.failure is not None
        raise trainings.failure
    return trainings.candidates


def _is_needed(name: str, otherwise: str, m: int, candidates: Sequence[Candidate]) -> bool:
    """Return whether a recipe is tried after these candidates.

    Where none with hidden layers is the best, `otherwise` is, and of many rows no further one with hidden layers is.
    """
    if not otherwise or not any(each.hidden for each in candidates):
        return True
    is_deep = bool(best_of(candidates).hidden)
    return not is_deep if name == otherwise else is_deep or m < FEW_ROWS


@dataclass
class _Trainings:
    """The candidates of one model so far, and what it takes to train a further one."""

    model: TableModel
    data: TrainingData
    unfinished: Unfinished | None
    callbacks: list[Callback]
    checkpoint: Checkpoint | None
    as_of: Callable[[list[Candidate]], Any]
    time_plan: TimePlan
    reduce: Reduce | None
    candidates: list[Candidate] = field(init=False)
    failure: DivergedError | None = None

    def __post_init__(self) -> None:
        self.candidates = [] if self.unfinished is None else list(self.unfinished.done)

    @property
    def are_interrupted(self) -> bool:
        """Whether the last candidate's training was."""
        return bool(self.candidates) and self.candidates[-1].interrupted

    def measure(self, name: str, recipe: Recipe, network: Network) -> None:
        """Time some steps of a candidate, if there is a limit and it learns in steps."""
        if self.time_plan.limit is None or recipe.solved:
            return
        data = self.data.for_recipe(recipe)
        options = _fit_options(self.model, recipe, network, data.X.shape[1])
        weights = out_of_fold.combined(data.fold_weights, data.S)
        self.time_plan.measure(name, network, options, data.X, data.Y, weights)

    def has_time_for(self, name: str) -> bool:
        """Return whether a candidate is planned, after the first; without a limit all are."""
        return self.time_plan.limit is None or name in self.time_plan.steps

    def add(self, name: str, recipe: Recipe, network: Network) -> bool:
        """Train one more candidate; return whether it did not diverge."""
        if self.model.verbose:
            print(f"{name}: {network}")

        def around(network: Network) -> Any:
            return self.as_of([*self.candidates, Candidate(name, network)])

        resume = self.data.warm or (self.unfinished is not None and name == self.unfinished.recipe)
        part = self.checkpoint and self.checkpoint.of(around)
        candidate = Candidate(name, network, target=target_of(name, self.data))
        try:
            data = self.data.for_recipe(recipe)
            steps = _steps_before(network, name, self.unfinished) or self.time_plan.steps.get(name)
            options: Any = {"resume": resume, "checkpoint": part, "steps": steps, "reduce": self.reduce}
            history = _train(self.model, candidate, recipe, data, self.callbacks, **options)
        except DivergedError as error:
            self.failure = error
            return False
        if history.interrupted and not history.steps and not resume:
            if not self.candidates:
                raise KeyboardInterrupt  # there is nothing to keep
            candidate.cost = math.inf  # it has not begun
        self.time_plan.learn(name, history)
        self.candidates.append(candidate)
        return True

    def add_logarithms(self, recipes: Mapping[str, Recipe]) -> None:
        """Train the best recipe on logarithms too, where these suit a skewed target, as the solved candidate finds."""
        plain = {each.recipe: each for each in self.candidates if not each.recipe.endswith(LOG)}
        if SOLVED not in plain or plain[SOLVED].cost <= EXACT or not may_learn_logarithms(self.model, self.data):
            return
        trained = [each for name, each in plain.items() if not recipes[name].solved]
        names = [SOLVED + LOG, *([best_of(trained).recipe + LOG] if trained else [])]
        for name in names:
            known = {each.recipe: each for each in self.candidates}
            if self.are_interrupted or (name != names[0] and not _are_better(known[names[0]], plain[SOLVED])):
                return
            if name in known:
                continue
            recipe = recipes[name.removesuffix(LOG)]
            resumed = self.unfinished is not None and self.unfinished.recipe == name
            network = self.unfinished.network if resumed and self.unfinished else None
            network = network or _new_network(self.model, recipe, self.data)
            if not recipe.solved:
                self.measure(name, recipe, network)
                self.time_plan.plan([name])
                if not self.has_time_for(name):
                    return
            if not self.add(name, recipe, network):
                return


def _are_better(logarithms: Candidate, plain: Candidate) -> bool:
    """Return whether a linear model of logarithms is better, by the cost or by the mean absolute error."""
    MAE = METRICS["mae"].label
    return logarithms.cost < plain.cost or logarithms.scores[MAE] < plain.scores[MAE]


def _judge_again(candidate: Candidate, data: TrainingData, metric: str | None) -> None:
    """Judge a candidate that was trained before the interruption: its target is no part of the file."""
    candidate.target, data = target_of(candidate.recipe, data), data.for_network(candidate.network)
    rows = rows_of(candidate, data)[1]
    _judge(candidate, data, metric, X=None if rows is None else rows.X, calibrate=False)


def rows_of(candidate: Candidate, data: TrainingData) -> tuple[Any, JudgedRows | None]:
    """Return X of the rows that a candidate's networks learned from, and the rows that it is judged by, if any."""
    data = data.for_network(candidate.network)
    if isinstance(data.X, StreamedColumns):
        return data.X.read([0])[0] if data.judged is None else data.judged.X, data.judged
    if candidate.recipe.removesuffix(LOG) != SOLVED or data.unclipped is None:
        return data.X, data.judged
    X, judged_X = data.unclipped.columns(data.target)
    return X, data.judged and data.judged._replace(X=judged_X)


def _is_exact(candidate: Candidate) -> bool:
    """Return whether a linear model leaves nothing to learn."""
    is_solved = candidate.recipe == SOLVED and candidate.network.architecture.loss == "squared_error"
    return is_solved and candidate.cost <= EXACT


def _is_solvable(model: TableModel, data: TrainingData) -> bool:
    """Return whether a linear model can be solved for, in less time than the networks are trained in."""
    if data.warm:
        return True
    own = (model.l1, model.l2, model.optimizer, model.learning_rate)  # how to train is asked for
    if data.unclipped is None or any(np.any(each) for each in own if each is not None):
        return False
    n, m, k = data.unclipped.preparation.n_features, data.X.shape[1], data.k
    return linear_model.is_feasible(n, m, k, data.target.n_outputs)


def _new_network(model: TableModel, recipe: Recipe, data: TrainingData) -> Network:
    """Return new networks of a recipe; those that are solved draw no numbers that others would have drawn."""
    if not recipe.solved:
        own = data.for_recipe(recipe)
        return new_network(model, recipe, own.preparation, own.X.shape[0], data.target, data.rng, data.k)
    assert data.unclipped is not None
    unclipped = data.unclipped.preparation
    network = new_network(model, recipe, unclipped, unclipped.n_features, data.target, np.random.default_rng(0), data.k)
    network.rng = data.rng
    return network


def _solve(
    candidate: Candidate, data: TrainingData, callbacks: Sequence[Callback], checkpoint: Checkpoint | None
) -> tuple[History, Any]:
    """Give a linear network the weights of least cost, each fold its own.

    Returned are a history of one epoch, and the features of the rows that candidates are judged by.
    """
    network, Y = candidate.network, _targets(candidate, data)
    X, judged_X = (data.X, None) if data.unclipped is None else data.unclipped.columns(data.target)
    candidate.fingerprint = _fingerprint(data, candidate, X, Y, judged_X)
    parts = [] if data.fold_weights is None else list(out_of_fold.same_networks(data.fold_weights))
    folds = np.full(X.shape[1], -1) if parts else None
    for fold, (_, rows) in enumerate(parts):
        assert folds is not None
        folds[rows] = fold
    architecture = network.architecture
    is_pair = architecture.loss in ("cross_entropy", "poisson")
    solution = linear_model.solve(
        linear_model.Rows(X, Y, data.S, folds, len(parts)), architecture.output if is_pair else "identity"
    )
    network.W[1][...], network.b[1][...] = solution.W[0], solution.b[0]
    for fold, (networks, _) in enumerate(parts):
        network.W[1][networks], network.b[1][networks] = solution.W[fold], solution.b[fold]
    solved = network.vector.copy()
    history = network.fit(
        X, Y, optimizer="gradient_descent", learning_rate=1e-12, epochs=1, callbacks=callbacks,
        sample_weight=out_of_fold.combined(data.fold_weights, data.S), checkpoint=checkpoint, engine="numpy",
    )  # fmt: skip
    before = network.vector.copy()
    network.vector[...] = solved
    if network.position is not None:
        network.position.follow(before, network.vector)
        network.position.end()
    return history, judged_X


def _fingerprint(data: TrainingData, candidate: Candidate, X: Any, Y: AnyArray, judged_X: Any = None) -> int | None:
    """Return the fingerprint of what a candidate learns from, as `prepare` takes it; None for that of the data."""
    if X is data.X and Y is data.Y:
        return None
    validation: tuple[AnyArray, ...] = ()
    if data.validation is not None:
        assert data.judged is not None
        target = candidate.target or data.target
        own = data.validation[0] if judged_X is None else judged_X
        validation = (own, target.encode(data.judged.y).T, *data.validation[2:])
    return fingerprint(X, Y, data.fold_weights, *validation, *(() if data.S is None else (data.S,)))


def _targets(candidate: Candidate, data: TrainingData) -> AnyArray:
    """Return what a candidate learns from, (n[L], m)."""
    if candidate.target is None or candidate.target is data.target:
        return data.Y
    assert data.unclipped is not None
    return candidate.target.encode(data.unclipped.trained.y).T


def _steps_before(network: Network, name: str, unfinished: Unfinished | None) -> int | None:
    """Return the steps of an interrupted training that is resumed, if a time limit had planned them."""
    if unfinished is None or name != unfinished.recipe:
        return None
    steps = (network.record or {}).get("settings", {}).get("iterations")
    return None if steps is None else int(steps)


def metric_of(model: TableModel) -> str | None:
    """Return the metric that candidates are compared by, under its own name."""
    return None if model.metric is None else metric_named(model.metric, model._task)[0]


def _resumed(networks: dict[str, Network], unfinished: Unfinished, data: TrainingData) -> dict[str, Network]:
    """Return the networks that are still to be trained, beginning with the one under way."""
    rest: dict[str, Network] = {}
    if unfinished.recipe in networks:  # logarithms come after all of them
        names = list(networks)
        rest = {name: networks[name] for name in names[names.index(unfinished.recipe) :]}
        rest[unfinished.recipe] = unfinished.network
    if not data.warm:  # they all draw from one generator
        generators.set_state(data.rng, generators.to_document(unfinished.network.rng) or {})
        for network in (unfinished.network, *(each.network for each in unfinished.done)):
            network.rng = data.rng
    return rest


def _train(
    model: TableModel, candidate: Candidate, recipe: Recipe, data: TrainingData, callbacks: Sequence[Callback], *,
    resume: bool, checkpoint: Checkpoint | None, steps: int | None = None, reduce: Reduce | None = None,
) -> History:  # fmt: skip
    """Train the networks of a candidate as its recipe says, judge them, and set what comes out."""
    network, validation = candidate.network, data.validation
    metric = metric_of(model)
    if recipe.solved:
        printed = [_print_epoch] if model.verbose else []
        candidate.history, X = _solve(candidate, data, [*callbacks, *printed], checkpoint)
        _judge(candidate, data, metric, X=X)
        return candidate.history
    Y = _targets(candidate, data)
    if validation is not None and Y is not data.Y:
        assert candidate.target is not None
        assert data.judged is not None
        validation = (validation[0], candidate.target.encode(data.judged.y).T, *validation[2:])
    candidate.fingerprint = _fingerprint(data, candidate, data.X, Y)
    options = _fit_options(model, recipe, network, data.X.shape[1])
    if steps is not None:
        options = {**options, "epochs": None, "iterations": steps}
    smoothing = recipe.label_smoothing if network.architecture.loss == "cross_entropy" else 0.0
    exclusive = network.architecture.activations[-1] == "softmax"
    own: list[Callback] = [_print_epoch] if model.verbose else []
    best = (
        None
        if validation is None or metric is None
        else _BestByMetric(network, data, metric, candidate.target or data.target)
    )
    own += [] if best is None else [best]
    if validation is not None:
        own.append(_Patience.of(model, options, data.X.shape[1], network))
    X, smooth_Y = _smoothed(data.X, Y, partial(smoothed, share=smoothing, exclusive=exclusive))
    history = network.fit(
        X, smooth_Y, **options, validation=validation,
        sample_weight=out_of_fold.combined(data.fold_weights, data.S), keep_best=validation is not None,
        callbacks=[*callbacks, *own], resume=resume and not network.missing_state, checkpoint=checkpoint,
        reduce=reduce,
    )  # fmt: skip
    if best is not None:
        best.put_back(history)
    if network.position is not None and not history.interrupted:
        network.position.end()  # also where patience was at its end
    candidate.history, candidate.label_smoothing = history, smoothing
    _judge(candidate, data, metric)
    return history


def _smoothed(X: Any, Y: AnyArray, change: Callable[[AnyArray], AnyArray]) -> tuple[Any, Any]:
    """Return X, and Y with smoothed labels; streamed samples smooth theirs as they are read."""
    if isinstance(X, StreamedColumns):
        return X.changed(of_targets=lambda Y: change(Y.T).T), None
    return X, change(Y.T).T


def _fit_options(model: TableModel, recipe: Recipe, network: Network, m: int) -> dict[str, Any]:
    """Return how `Network.fit` trains: as the model's settings say, else as the recipe does."""
    given = {name: getattr(model, name) for name in IN_FIT}
    full_batch = is_full_batch(given["optimizer"] or recipe.optimizer)
    by_recipe = {
        "optimizer": recipe.optimizer,
        "learning_rate": recipe.learning_rate,
        "schedule": "constant" if full_batch or recipe.batch_size is None else "cosine",
        "batch_size": None if full_batch else recipe.batch_for(m),
        "dropout": 0.0 if full_batch or network.L == 1 else recipe.dropout,
    }
    options = {name: by_recipe.get(name) if value is None else value for name, value in given.items()}
    if options["epochs"] is options["iterations"] is None:
        options["epochs"] = recipe.epochs_for(m, options["batch_size"])
    return options


def _judge(
    candidate: Candidate, data: TrainingData, metric: str | None, *, X: Any = None, calibrate: bool = True
) -> None:
    """Set a candidate's cost: out of fold, on validation data, or else of the training; temperature and decisions.

    X are the features of the rows that it is judged by, where they are its own.
    """
    network, history, rows = candidate.network, candidate.history, data.judged
    assert history is not None
    if rows is not None and X is not None:
        rows = rows._replace(X=X)
    if rows is None:
        costs = history.epoch_cost or list(history.cost)
        candidate.cost = candidate.value = float(np.mean(costs[-1])) if costs else 0.0
        return
    if candidate.label_smoothing and calibrate:
        candidate.temperature = out_of_fold.calibrate_temperature(network, rows.X, rows.Y, rows.mask, rows.S)
    judgement = judged(network, candidate.target or data.target, data.target, rows, metric)
    candidate.cost, candidate.value, candidate.target = judgement.cost, judgement.value, judgement.target
    candidate.scores = shown_scores(judgement.answers, network.architecture.loss, metric)


class _BestByMetric:
    """A callback that keeps the parameters of the epoch whose answers to validation rows are best by a metric."""

    def __init__(self, network: Network, data: TrainingData, metric: str, target: Target) -> None:
        self.network, self.data, self.metric, self.target = network, data, metric, target
        self.cost, self.vector, self.epoch = np.inf, network.vector.copy(), 0

    def __call__(self, progress: Progress) -> None:
        if progress.moment != "epoch":
            return
        assert self.data.judged is not None
        cost = judged(self.network, self.target, self.data.target, self.data.judged, self.metric).cost
        if cost < self.cost:
            self.cost, self.vector, self.epoch = cost, self.network.vector.copy(), progress.epoch

    def put_back(self, history: History) -> None:
        """Give the network the best parameters."""
        if not self.epoch:
            return
        before = self.network.vector.copy()
        self.network.vector[...] = self.vector
        history.best_epoch = self.epoch
        if self.network.position is not None:
            self.network.position.follow(before, self.vector)


class _Patience:
    """A callback that ends the training when the validation cost has not fallen for `patience` epochs."""

    def __init__(self, patience: int, costs: Iterable[Any]) -> None:
        self.patience, self.lowest, self.waited = patience, np.inf, 0
        for cost in costs:
            self._update(cost)

    @classmethod
    def of(cls, model: TableModel, options: dict[str, Any], m: int, network: Network) -> _Patience:
        """Return the patience of a model; an interrupted training's validation costs so far count."""
        costs = () if network.position is None else network.position.curves.get("validation_cost", ())
        per_epoch, steps = Settings(**options).steps(m)
        return cls(math.ceil(steps / per_epoch / 4) if model.patience is None else model.patience, costs)

    def __call__(self, progress: Progress) -> bool:
        if progress.moment == "start" and progress.epoch == 0:  # a run of its own
            self.lowest, self.waited = np.inf, 0
        if progress.moment != "epoch":
            return False
        self._update(progress.validation_cost)
        return self.waited >= self.patience

    def _update(self, validation_cost: Any) -> None:
        cost = float(np.mean(validation_cost))
        self.waited = 0 if cost < self.lowest else self.waited + 1
        self.lowest = min(cost, self.lowest)


def _print_epoch(progress: Progress) -> None:
    if progress.moment == "start":
        print(f"engine: {progress.engine}")
    if progress.moment == "epoch":
        validation = progress.validation_cost
        tail = "" if validation is None else f", validation cost {np.mean(validation):.4f}"
        print(f"epoch {progress.epoch}/{progress.epochs}: cost {np.mean(progress.cost):.4f}{tail}")
