"""What tables are trained with by default: recipes for networks, and presets that name the recipes to try.

docs/tables.md has the measurements behind them. A preset trains one recipe after the other as a stack of networks, of
which every two leave out another part of the rows, and takes the best on the rows left out. So the network is deep
where there is much to learn, and simple where labels are noisy: there a deep one is worse than a linear one, and the
preset goes on to a recipe between them. "solved linear" is linear in the numbers, "linear" in their bins too; "deep"
(relu) bends where the target jumps, "smooth" (silu) follows a smooth surface. Hidden layers that a user sets are
trained by the recipe "given". The preset "course" trains one network as the course does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from glassnet.errors import UnknownNameError

MAX_SAMPLES = 2_000_000  # in all epochs together: large tables need fewer epochs
MIN_EPOCHS = 8
ENOUGH_SAMPLES = 16_000_000  # in all epochs together: larger tables need fewer than 8 of them
STEPS_OF_EPOCH = 16
SOLVED = "solved linear"  # linear or logistic regression
FEW_ROWS = 1_000  # with fewer, more of them have to judge, and so more networks leave some out
MOST_NETWORKS = 16  # by which all rows are left out
MANY_FEATURES = 2_000  # with more (mostly pictures) one network of the recipe "wide" is trained


class Recipe(NamedTuple):
    """Layers of a network and how it is trained.

    Parameters
    ----------
    hidden : tuple of int
        Units of each hidden layer.
    activation : str
        Of the hidden layers.
    learning_rate : float
        At the start; the schedule is cosine.
    epochs : int
        Passes over the rows, unless these are very few or many.
    dropout : float
        Share of the units that each step drops.
    label_smoothing : float
        Of classes; after training the network is calibrated on out-of-fold rows.
    least_steps : int
        A small table has few steps in an epoch, and needs more epochs.
    least_rows : int
        With fewer the recipe is not tried.
    batch_size, least_batch : int
        Rows in a step: a sixteenth of all, within these bounds; all where the first is None.
    optimizer : str
        Name and options in the table of optimisers.
    embedding : int
        Units into which each number's bins are embedded before the first layer; 0 for none.
    solved : bool
        Whether it is a linear model of unclipped numbers, solved as `core.linear_model` says.
    initializers : tuple of str
        Of networks without, with one and with more hidden layers; none for those of the activations.
    """

    hidden: tuple[int, ...]
    activation: str
    learning_rate: float
    epochs: int
    dropout: float = 0.0
    label_smoothing: float = 0.0
    least_steps: int = 600
    least_rows: int = 0
    batch_size: int | None = 128
    least_batch: int = 128
    optimizer: str = "adamw(beta_2=0.95, weight_decay=0.02)"
    embedding: int = 0
    solved: bool = False
    initializers: tuple[str, ...] = ()

    def batch_for(self, m: int) -> int | None:
        """Return the rows in a step for a table of m rows; None for the whole batch."""
        if self.batch_size is None:
            return None
        share = 1 << int(math.log2(max(m // STEPS_OF_EPOCH, 1)))
        return min(self.batch_size, max(share, min(self.least_batch, self.batch_size)), m)

    def epochs_for(self, m: int, batch_size: Any) -> int:
        """Return the number of epochs for a table."""
        if self.batch_size is None:
            return self.epochs
        size = batch_size if isinstance(batch_size, int) and 0 < batch_size < m else m
        wanted = max(self.epochs, math.ceil(self.least_steps / math.ceil(m / size)))
        least = min(MIN_EPOCHS, max(1, ENOUGH_SAMPLES // m))
        return min(wanted, max(least, MAX_SAMPLES // m, math.ceil(self.least_steps * size / m)))


class Preset(NamedTuple):
    """How many networks, by which recipes.

    Parameters
    ----------
    networks : int
        Side by side for each recipe; twice as many, up to sixteen, where rows are few.
    recipes : tuple of str
        Names, from simple to deep.
    otherwise : str
        The recipe that is trained too where no network with hidden layers is the best. Of many rows the first of these
        decides: if it is not the best, those after it are left out.
    plain : bool
        Whether a network is trained as textbooks do: on all rows, at a constant learning rate, in float64, with first
        weights drawn as ``np.random.seed(random_state)`` does, and numbers neither clipped nor binned. Its only recipe
        holds for all rows, and for layers that a user sets.
    """

    networks: int
    recipes: tuple[str, ...]
    otherwise: str = ""
    plain: bool = False


# fmt: off
PRESETS = {
    "fast":    Preset(2,  ("quick",)),
    "default": Preset(4,  (SOLVED, "linear", "deep", "smooth"), otherwise="simple"),
    "best":    Preset(16, (SOLVED, "linear", "simple", "quick", "deep", "smooth", "deeper")),
    "course":  Preset(1,  ("course",), plain=True),
}
# Of a table of text alone. Its words are many, and a linear network is enough; what is tried is how far weights go, and
# whether a rare word's goes as far as a frequent one's (adamw) or not (momentum).
TEXT_RECIPES = {"fast": ("steep",), "default": ("soft", "steep", "linear"), "best": ("soft", "steep", "linear")}
MOMENTUM = "momentum(0.9)"
EMBEDDED: dict[str, Any] = {"least_batch": 32, "embedding": 16}
DEEP: dict[str, Any] = {"least_steps": 1000, **EMBEDDED}
# The course's networks for cats: 12288-20-7-5-1; 12288-7-1 from normal(0.01); logistic regression from zeros.
COURSE = Recipe((20, 7, 5), "relu", 0.0075, 2500, batch_size=None, optimizer="gradient_descent",
                initializers=("zeros", "normal(0.01)", "lecun"))
#                 hidden            activation  rate  epochs  dropout  smoothing
CLASSES = {
    SOLVED: Recipe((),               "relu",   0.005,     20, solved=True),
    "soft":   Recipe((),               "relu",   0.12,      20, batch_size=256, optimizer=MOMENTUM),
    "steep":  Recipe((),               "relu",   0.5,       20, batch_size=256, optimizer=MOMENTUM),
    "linear": Recipe((),               "relu",   0.005,     20),
    "simple": Recipe((128,),           "relu",   0.001,     32,    0.3),
    "quick":  Recipe((128, 128),       "silu",   0.008,     12,    0.0,   0.05, least_steps=500, **EMBEDDED),
    "deep":   Recipe((128, 128),       "relu",   0.005,     32,    0.0,   0.05, least_rows=FEW_ROWS, **DEEP),
    "smooth": Recipe((128, 128),       "silu",   0.008,     32,    0.0,   0.05, least_rows=100, **DEEP),
    "deeper": Recipe((256, 256, 256),  "silu",   0.0015,    32,    0.2,   0.05, least_steps=1000, least_rows=1000),
    "given":  Recipe((),               "silu",   0.003,     28,    0.1, least_steps=1000),
    "wide":   Recipe((128, 64),        "relu",   0.001,     60,    0.2, least_steps=1500, batch_size=32),
    "course": COURSE,
}
NUMBERS = {
    SOLVED: Recipe((),               "relu",   0.005,     20, solved=True),
    "soft":   Recipe((),               "relu",   0.06,      20, batch_size=256, optimizer=MOMENTUM),
    "steep":  Recipe((),               "relu",   0.18,      20, batch_size=256, optimizer=MOMENTUM),
    "linear": Recipe((),               "relu",   0.005,     20),
    "simple": Recipe((128,),           "silu",   0.002,     32,    0.3),
    "quick":  Recipe((128, 128),       "silu",   0.008,     18,    least_steps=500, **EMBEDDED),
    "deep":   Recipe((128, 128),       "relu",   0.005,     56,    least_rows=FEW_ROWS, **DEEP),
    "smooth": Recipe((128, 128),       "silu",   0.008,     56,    least_rows=100, **DEEP),
    "deeper": Recipe((256, 256, 256),  "silu",   0.001,     64,    0.15, least_steps=1000, least_rows=300),
    "given":  Recipe((),               "silu",   0.002,     40,    0.1, least_steps=1000),
    "wide":   Recipe((128, 64),        "relu",   0.001,     60,    0.2, least_steps=1500, batch_size=32),
    "course": COURSE,
}
# fmt: on


def candidate_recipes(table: Mapping[str, Recipe], preset: str, m: int, n_x: int, text: str = "") -> dict[str, Recipe]:
    """Return the recipes that a preset may try."""
    return {name: table[name] for name in recipe_names(preset, n_x, text) if m >= table[name].least_rows}


def recipe_names(preset: str, n_x: int, text: str = "") -> tuple[str, ...]:
    """Return the names of the recipes that a preset may try where rows are many; text is "", "words" or "scores"."""
    _, recipes, otherwise, plain = preset_named(preset)
    recipes = (*recipes, otherwise) if otherwise else recipes
    if plain:
        return recipes
    if text:
        return recipes if text == "scores" else TEXT_RECIPES[preset]
    return ("wide",) if n_x > MANY_FEATURES else recipes


def networks_for(preset: Preset, m: int) -> int:
    """Return how many networks a preset trains side by side on m rows."""
    k = preset.networks
    return k if m >= FEW_ROWS or preset.plain else max(k, min(2 * k, MOST_NETWORKS))


def preset_named(name: Any) -> Preset:
    """Return a preset."""
    if not isinstance(name, str) or name not in PRESETS:
        raise UnknownNameError.among("preset", name, PRESETS)
    return PRESETS[name]


def recipe_of_depth(table: Mapping[str, Recipe], preset: str, hidden_layers: int) -> Recipe:
    """Return the recipe for a network whose hidden layers are given."""
    _, recipes, _, plain = preset_named(preset)
    return table[recipes[0] if plain else "given" if hidden_layers else "linear"]
