"""Candidates are trained from simple to deep, each as its recipe says, until one is no better than those before."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.errors import DivergedError
from glassnet.estimators.tabular import out_of_fold
from glassnet.estimators.tabular.candidate import Candidate
from glassnet.estimators.tabular.judging import judged, shown_scores
from glassnet.estimators.tabular.networks import is_full_batch, new_network, recipes_to_try
from glassnet.estimators.tabular.recipes import Recipe
from glassnet.estimators.tabular.settings import IN_FIT
from glassnet.estimators.tabular.training_data import TrainingData
from glassnet.estimators.tabular.unfinished import Unfinished
from glassnet.estimators.targets import smoothed
from glassnet.metrics import metric_named
from glassnet.network import Network
from glassnet.training import generators
from glassnet.training.checkpoint import Checkpoint
from glassnet.training.engine_choice import amortise_startup_over
from glassnet.training.history import History, Progress
from glassnet.training.settings import Settings

if TYPE_CHECKING:
    from glassnet.estimators.tabular.model import TableModel

Callback = Callable[[Progress], Any]

FITS_PER_RECIPE = 3  # that an engine's start counts for: folds, seeds and later tables come, and compiled code is kept


def train_candidates(
    model: TableModel, data: TrainingData, unfinished: Unfinished | None, *, callbacks: Iterable[Callback],
    checkpoint: Checkpoint | None, as_of: Callable[[list[Candidate]], Any],
) -> list[Candidate]:  # fmt: skip
    """Train one candidate after the other while it helps, and return them."""
    n_x, m = data.X.shape
    recipes = recipes_to_try(model, n_x, m, data.k, warm=data.warm, text=data.text)
    data_of = {name: data.for_layers(recipe.hidden) for name, recipe in recipes.items()}
    networks = {}  # all before the first is trained: what is wrong with them is reported at once
    for name, recipe in recipes.items():
        size = data_of[name].X.shape[0]
        new = None if data.warm else new_network(model, recipe, size, data.target, data.rng, data.k)
        networks[name] = new or model.network_
    candidates: list[Candidate] = []
    if unfinished is not None:
        candidates, networks = list(unfinished.done), _resumed(networks, unfinished, data)
        for candidate in candidates:
            _judge(candidate, data.for_layers(candidate.hidden), metric_of(model), calibrate=False)
    callbacks, failure = list(callbacks), None
    for name, network in networks.items():
        if model.verbose:
            print(f"{name}: {network}")

        def around(network: Network, name: str = name) -> Any:
            return as_of([*candidates, Candidate(name, network)])

        resume = data.warm or (unfinished is not None and name == unfinished.recipe)
        part = checkpoint and checkpoint.of(around)
        candidate = Candidate(name, network)
        try:
            options: Any = {"callbacks": callbacks, "resume": resume, "checkpoint": part}
            history = _train(model, candidate, recipes[name], data_of[name], **options)
        except DivergedError as error:
            failure = error
            continue
        if history.interrupted and not history.steps and not resume:
            if not candidates:
                raise KeyboardInterrupt  # there is nothing to keep
            candidate.cost = math.inf  # it has not begun
        candidates.append(candidate)
        worse = candidate.cost > min(each.cost for each in candidates)
        if history.interrupted or (worse and candidate.hidden):
            break
    if not candidates:
        assert failure is not None
        raise failure
    return candidates


def metric_of(model: TableModel) -> str | None:
    """Return the metric that candidates are compared by, under its own name."""
    return None if model.metric is None else metric_named(model.metric, model._task)[0]


def _resumed(networks: dict[str, Network], unfinished: Unfinished, data: TrainingData) -> dict[str, Network]:
    """Return the networks that are still to be trained, beginning with the one under way."""
    names = list(networks)
    rest = {name: networks[name] for name in names[names.index(unfinished.recipe) :]}
    rest[unfinished.recipe] = unfinished.network
    if not data.warm:  # they all draw from one generator
        generators.set_state(data.rng, generators.to_document(unfinished.network.rng) or {})
        for network in (unfinished.network, *(each.network for each in unfinished.done)):
            network.rng = data.rng
    return rest


def _train(
    model: TableModel, candidate: Candidate, recipe: Recipe, data: TrainingData, *,
    callbacks: Sequence[Callback], resume: bool, checkpoint: Checkpoint | None,
) -> History:  # fmt: skip
    """Train the networks of a candidate as its recipe says, judge them, and set what comes out."""
    network, validation = candidate.network, data.validation
    options = _fit_options(model, recipe, network, data.X.shape[1])
    smoothing = recipe.label_smoothing if network.architecture.loss == "cross_entropy" else 0.0
    exclusive = network.architecture.activations[-1] == "softmax"
    own: list[Callback] = [_print_epoch] if model.verbose else []
    metric = metric_of(model)
    best = None if validation is None or metric is None else _BestByMetric(network, data, metric)
    own += [] if best is None else [best]
    if validation is not None:
        own.append(_Patience.of(model, options, data.X.shape[1], network))
    with amortise_startup_over(FITS_PER_RECIPE):
        history = network.fit(
            data.X, smoothed(data.Y.T, smoothing, exclusive=exclusive).T, **options, validation=validation,
            sample_weight=out_of_fold.combined(data.fold_weights, data.S), keep_best=validation is not None,
            callbacks=[*callbacks, *own], resume=resume and not network.missing_state, checkpoint=checkpoint,
        )  # fmt: skip
    if best is not None:
        best.put_back(history)
    if network.position is not None and not history.interrupted:
        network.position.end()  # also where patience was at its end
    candidate.history, candidate.label_smoothing = history, smoothing
    _judge(candidate, data, metric)
    return history


def _fit_options(model: TableModel, recipe: Recipe, network: Network, m: int) -> dict[str, Any]:
    """Return how `Network.fit` trains: as the model's settings say, else as the recipe does."""
    given = {name: getattr(model, name) for name in IN_FIT}
    full_batch = is_full_batch(given["optimizer"] or recipe.optimizer)
    by_recipe = {
        "optimizer": recipe.optimizer,
        "learning_rate": recipe.learning_rate,
        "schedule": "constant" if full_batch else "cosine",
        "batch_size": None if full_batch else min(recipe.batch_size, m),
        "dropout": 0.0 if full_batch or network.L == 1 else recipe.dropout,
    }
    options = {name: by_recipe.get(name) if value is None else value for name, value in given.items()}
    if options["epochs"] is options["iterations"] is None:
        options["epochs"] = recipe.epochs_for(m, options["batch_size"])
    return options


def _judge(candidate: Candidate, data: TrainingData, metric: str | None, *, calibrate: bool = True) -> None:
    """Set a candidate's cost: out of fold, on validation data, or else of the training; temperature and decisions."""
    network, history, rows = candidate.network, candidate.history, data.judged
    assert history is not None
    if rows is None:
        costs = history.epoch_cost or list(history.cost)
        candidate.cost = candidate.value = float(np.mean(costs[-1])) if costs else 0.0
        return
    if candidate.label_smoothing and calibrate:
        candidate.temperature = out_of_fold.calibrate_temperature(network, rows.X, rows.Y, rows.mask, rows.S)
    judgement = judged(network, data.target, data.target, rows, metric)
    candidate.cost, candidate.value, candidate.target = judgement.cost, judgement.value, judgement.target
    candidate.scores = shown_scores(judgement.answers, network.architecture.loss, metric)


class _BestByMetric:
    """A callback that keeps the parameters of the epoch whose answers to validation rows are best by a metric."""

    def __init__(self, network: Network, data: TrainingData, metric: str) -> None:
        self.network, self.data, self.metric = network, data, metric
        self.cost, self.vector, self.epoch = np.inf, network.vector.copy(), 0

    def __call__(self, progress: Progress) -> None:
        if progress.moment != "epoch":
            return
        assert self.data.judged is not None
        cost = judged(self.network, self.data.target, self.data.target, self.data.judged, self.metric).cost
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
