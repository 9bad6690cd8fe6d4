"""Which networks a Tabular model trains: their recipes, layers and number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.core.architecture import Architecture
from glassnet.core.checks import is_count
from glassnet.core.names import choose
from glassnet.core.optimizers import OPTIMIZERS
from glassnet.errors import SettingError
from glassnet.estimators.saving import settings_to_json
from glassnet.estimators.tabular.recipes import (
    MANY_FEATURES,
    Recipe,
    candidate_recipes,
    networks_for,
    preset_named,
    recipe_names,
    recipe_of_depth,
)
from glassnet.estimators.tabular.settings import FIXED
from glassnet.estimators.targets import Target
from glassnet.network import Network
from glassnet.tables import Preparation

if TYPE_CHECKING:
    from glassnet.estimators.tabular.model import TableModel


def recipes_to_try(model: TableModel, n_x: int, m: int, k: int, *, warm: bool, text: str = "") -> dict[str, Recipe]:
    """Return the recipes to train by: the preset's, or one where the layers are given."""
    preset_named(model.preset)
    if warm:
        given = recipe_of_depth(model._recipes, model.preset, model.network_.L - 1)
        return {"as before": given if model._last_recipe == "given" else model._recipes[model._last_recipe]}
    if model.hidden is not None:
        return {"given": recipe_of_depth(model._recipes, model.preset, np.size(model.hidden))}
    recipes = candidate_recipes(model._recipes, model.preset, m, n_x, text)
    if k > 1:
        return recipes
    return dict([max(recipes.items(), key=lambda each: len(each[1].hidden))])  # one cannot be judged: the deepest


def number_of_networks(model: TableModel, width: int, m: int) -> int:
    """Return the networks of a stack: as given, else one where its layers are given or weights are many."""
    if model.n_networks is not None:
        if not is_count(model.n_networks):
            raise SettingError(f"n_networks: expected a whole number of at least 1; got {model.n_networks!r}")
        return int(model.n_networks)
    if model.hidden is not None or is_full_batch(model.optimizer or "adamw") or width > MANY_FEATURES:
        return 1
    return networks_for(preset_named(model.preset), m)


def is_full_batch(optimizer: str) -> bool:
    """Return whether an optimiser takes all samples at once, as lbfgs does."""
    return choose(OPTIMIZERS, optimizer, "optimizer")[1].update is None


def new_network(
    model: TableModel, recipe: Recipe, preparation: Preparation, n_x: int, target: Target, rng: Any, k: int
) -> Network:
    """Return k networks of a recipe, side by side, for n_x features that a preparation makes."""
    sizes, activations, loss, embedding = _layers(model, recipe, preparation, n_x, target)
    options: Any = {"n_networks": None if k == 1 else k, "embedding": embedding}
    if not preset_named(model.preset).plain:
        return Network(sizes, activations, loss, seed=rng, **options)
    depth = min(len(sizes) - 2, len(recipe.initializers) - 1)
    network = Network(
        sizes, activations, loss, seed=first_weights_of(model, rng), dtype="float64",
        initializer=recipe.initializers[depth], **options,
    )  # fmt: skip
    network.rng = rng
    return network


def first_weights_of(model: TableModel, rng: np.random.Generator) -> np.random.RandomState:
    """Return the generator that ``np.random.seed(random_state)`` sets, or one that the seed of the training sets."""
    seed = model.random_state if is_count(model.random_state, least=0) else int(rng.integers(2**31))
    return np.random.RandomState(seed)


def dtype_of(model: TableModel) -> Any:
    """Return the type of the numbers that a model's networks are made of."""
    return np.float64 if preset_named(model.preset).plain else np.float32


def _layers(
    model: TableModel, recipe: Recipe, preparation: Preparation, n_x: int, target: Target
) -> tuple[list[int], list[str], str, tuple[int, int, int] | None]:
    """Return sizes, activations (with the output's, if the target determines it), loss and embedding of a recipe."""
    embedding = None
    if recipe.embedding and preparation.groups:
        embedding = len(preparation.groups), preparation.rows_of_group, recipe.embedding
        n_x += embedding[0] * (embedding[2] - embedding[1])  # n[0]
    given = recipe.hidden if model.hidden is None else model.hidden
    hidden: list[Any] = [given] if np.ndim(given) == 0 else list(given)
    activation = recipe.activation if model.activation is None else model.activation
    activations = [activation] * len(hidden) if isinstance(activation, str) else list(activation)
    if len(activations) != len(hidden):
        raise SettingError(f"activation: {len(hidden)} hidden layers need as many names; got {len(activations)}")
    if target.output is not None:
        activations.append(target.output)
    return [n_x, *hidden, target.n_outputs], activations, model.loss or model._default_loss, embedding


def made_with(model: TableModel) -> dict[str, Any]:
    """Return the settings that a network is made with, as plain data that can be compared and kept."""
    return settings_to_json({name: getattr(model, name) for name in FIXED})


def refuse_another_network(model: TableModel, width: int, m: int) -> None:
    """Raise SettingError if changed settings ask for another network than the one that a warm start trains further.

    `width` is the number of columns of the rows, or of numbers in a picture; m the number of rows.
    """
    network, now, preparation = model.network_, made_with(model), model.preparation_
    n_x, had = network.architecture.n_x, network.n_networks or 1
    text = "words" if preparation.text else ""
    names = recipe_names(model.preset, n_x, text)  # all of them: few rows choose among fewer
    recipes = [model._recipes[name] for name in names]
    if model.hidden is not None:
        recipes = [recipe_of_depth(model._recipes, model.preset, np.size(model.hidden))]
    asked = [Architecture.build(*_layers(model, recipe, preparation, n_x, model.target_)) for recipe in recipes]
    k = number_of_networks(model, width, m)
    changed = [name for name in FIXED if now.get(name) != model._made_with.get(name)]
    if not changed or (network.architecture in asked and had == k):
        return
    raise SettingError(
        f"{', '.join(changed)}: a warm start resumes the network of the last fit, which has "
        f"{_in_words([network.architecture], had)}; now asked for: {_in_words(asked, k)}. "
        "Set that back, or train a new network, without warm_start (--resume)"
    )


def _in_words(architectures: Iterable[Architecture], k: int) -> str:
    """Say which layers, loss and number networks of these architectures have."""
    layers = [f"{list(each.sizes[1:-1])} {'-'.join(dict.fromkeys(each.activations[:-1]))}" for each in architectures]
    loss = next(iter(architectures)).loss
    return f"hidden layers {' or '.join(map(str.strip, layers))}, {loss}, n_networks={k}"
