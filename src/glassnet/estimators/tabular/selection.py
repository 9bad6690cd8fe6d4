"""Which recipe is kept: candidates are trained from simple to deep, until the next is no better than those before."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from glassnet.errors import DivergedError
from glassnet.estimators.tabular.candidate import Candidate
from glassnet.estimators.tabular.networks import new_network, recipes_to_try
from glassnet.estimators.tabular.training import Callback, train
from glassnet.estimators.tabular.training_data import TrainingData
from glassnet.estimators.tabular.unfinished import Unfinished
from glassnet.network import Network
from glassnet.training import generators
from glassnet.training.checkpoint import Checkpoint

if TYPE_CHECKING:
    from glassnet.estimators.tabular.model import TableModel


def train_candidates(
    model: TableModel, data: TrainingData, unfinished: Unfinished | None, *, callbacks: Iterable[Callback],
    checkpoint: Checkpoint | None, as_of: Callable[[list[Candidate]], Any],
) -> list[Candidate]:  # fmt: skip
    """Train one candidate after the other while it helps, and return them."""
    n_x, m = data.X.shape
    recipes = recipes_to_try(model, n_x, m, data.k, warm=data.warm)
    networks = {  # all before the first is trained: what is wrong with them is reported at once
        name: model.network_ if data.warm else new_network(model, recipe, n_x, data.target, data.rng, data.k)
        for name, recipe in recipes.items()
    }
    candidates: list[Candidate] = []
    if unfinished is not None:
        candidates, networks = list(unfinished.done), _resumed(networks, unfinished, data)
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
            history = train(model, candidate, recipes[name], data, callbacks=callbacks, resume=resume, checkpoint=part)
        except DivergedError as error:
            failure = error
            continue
        if history.interrupted and not history.steps and not resume:
            if not candidates:
                raise KeyboardInterrupt  # there is nothing to keep
            candidate.cost = math.inf  # it has not begun
        candidates.append(candidate)
        if history.interrupted or candidate.cost > min(each.cost for each in candidates):
            break
    if not candidates:
        assert failure is not None
        raise failure
    return candidates


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
