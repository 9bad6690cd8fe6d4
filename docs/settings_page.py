"""Writes docs/settings.md from the declarations of the settings: `.venv/bin/python docs/settings_page.py`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from glassnet.estimators.mlp import settings as mlp
from glassnet.estimators.tabular.settings import CLASSIFIER, COLUMNS, FIXED, RECIPES, REGRESSOR
from glassnet.training.declarations import Setting
from glassnet.training.settings import SHARED, TRAINING

PAGE = Path(__file__).with_name("settings.md")
ABSENT = "-"

HEAD = """\
# Settings

Each setting is declared once, in `training/settings.py`, `estimators/tabular/settings.py` or
`estimators/mlp/settings.py`: its type, default, range and help. Signatures, docstrings, checks, the options of
`glassnet train` and this page are made from the declarations.

`Network.fit` is the whole; the others pass on what they are given. **Tabular** is `TabularClassifier` and
`TabularRegressor`, **MLP** is `MLPClassifier` and `MLPRegressor`, which keep scikit-learn's names.
"""

# What is no setting of a training, or is reached in another way: names, separated by commas, in each interface.
OTHERS = [
    ("sample weights", "sample_weight", "sample_weight", "sample_weight", "--weight"),
    ("groups whose rows stay together", "", "groups", "", "--group"),
    ("validation data", "validation", "X_val, y_val, sample_weight_val", "X_val, y_val, sample_weight_val", ""),
    ("share of the rows held out", "", "validation", "validation_fraction", "--validation"),
    ("epochs without improvement", "", "patience", "n_iter_no_change", "--patience"),
    ("resume a training", "resume", "warm_start", "resume", "--resume"),
    ("start from the last weights", "", "", "warm_start", ""),
    ("checkpoints while it trains", "checkpoint, every", "checkpoint, every", "checkpoint, every", ""),
    ("callbacks", "callbacks", "callbacks", "", ""),
    ("networks side by side", "n_networks", "n_networks", "n_networks", "--n-networks"),
    ("source of randomness", "seed", "random_state", "random_state", "--seed"),
    ("hidden layers", "sizes", "hidden", "hidden_layer_sizes", "--hidden"),
    ("activations", "activations", "activation", "activation", "--activation"),
    ("loss", "loss", "loss", "loss", "--loss"),
    ("weights of classes", "", "class_weight", "class_weight", ""),
]

NOTES = """\
`seed`, `n_networks`, `sizes`, `activations` and `loss` are given to `Network` itself. `glassnet train` always writes
checkpoints (`MODEL.checkpoint`), and the Tabular models always keep the best epoch where rows are held out.
`MLPClassifier` estimates no numbers and so has no `loss`; `MLPRegressor` has no `class_weight`.
MLP estimators get scikit-learn's callbacks by `set_callbacks`.
"""


def code(names: str) -> str:
    """Return names as code."""
    return ", ".join(f"`{name}`" for name in names.split(", ")) if names else ABSENT


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def default(setting: Setting) -> str:
    """Return a default as Python writes it; nothing where it is left open."""
    return ABSENT if setting.default is None else f"`{setting.default!r}`"


def trainings() -> str:
    """Return the settings of a training, under their names in each interface."""
    rows = []
    for name, setting in TRAINING.items():
        in_mlp = [
            each.name
            for each in mlp.REGRESSOR.values()
            if each.fit_name == name or (each.name == name and not each.fit_name)
        ]
        option = f"--{CLASSIFIER[name].option_name}" if name in CLASSIFIER else ""
        rows.append((
            code(name), code(name if name in CLASSIFIER else ""), code(", ".join(in_mlp)), code(option),
            default(setting), setting.values, " ".join(filter(None, (setting.help, setting.none))),
        ))  # fmt: skip
    return table(("`Network.fit`", "Tabular", "MLP", "shell", "default", "values", "meaning"), rows)


def own(settings: Mapping[str, Setting], names: list[str], where: str) -> str:
    """Return settings that one interface has beside those of a training."""
    rows = [(code(name), default(each), each.values, each.meaning)
            for name, each in settings.items() if name in names]  # fmt: skip
    return table((where, "default", "values", "meaning"), rows)


def page() -> str:
    """Return the whole page."""
    tabular = [name for name in CLASSIFIER if name not in TRAINING and name not in COLUMNS]
    perceptrons = {**mlp.CLASSIFIER, **mlp.REGRESSOR}
    return "\n".join([
        HEAD,
        "## The settings of a training\n",
        trainings(),
        f"Of {', '.join(map(code, RECIPES))} the Tabular models leave what is not given to the recipe. MLP "
        f"estimators have {', '.join(map(code, SHARED))} under the same names.\n",
        "## What else a training gets\n",
        table(("what", "`Network`, `Network.fit`", "Tabular", "MLP", "shell"),
              [(what, *map(code, names)) for what, *names in OTHERS]),
        NOTES,
        "## Tabular models\n",
        own(CLASSIFIER, tabular, "setting"),
        f"{', '.join(map(code, FIXED))} make the network: a warm start refuses to change them.\n",
        "## Columns of Tabular models\n",
        own(CLASSIFIER, list(COLUMNS), "setting"),
        "In the shell each is an option of the same name (`--kind` for `kinds`), which may be given several times.\n",
        "## MLP estimators\n",
        own(perceptrons, [name for name in perceptrons if name not in SHARED], "setting"),
    ])  # fmt: skip


assert set(REGRESSOR) < set(CLASSIFIER)

if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
