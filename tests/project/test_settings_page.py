"""docs/settings.md is what the declarations say, and every name on it is one of its interface's."""

import importlib.util
import inspect
import re

import pytest
import typer

from glassnet import MLPClassifier, MLPRegressor, Network, TabularClassifier, TabularRegressor
from glassnet.cli.commands import app
from shared import ROOT

SPEC = importlib.util.spec_from_file_location("settings_page", ROOT / "docs" / "settings_page.py")
PAGE = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(PAGE)

TRAIN = typer.main.get_command(app).commands["train"]
INTERFACES = {
    "Network": {name for each in (Network, Network.fit) for name in inspect.signature(each).parameters},
    "Tabular": {
        name
        for each in (TabularClassifier, TabularRegressor, TabularClassifier.fit)
        for name in inspect.signature(each).parameters
    },
    "MLP": {
        name
        for each in (MLPClassifier, MLPRegressor, inspect.unwrap(MLPClassifier.fit))
        for name in inspect.signature(each).parameters
    },
    "shell": {option for each in TRAIN.params if not each.hidden for option in each.opts if each.opts[0] != each.name},
}
# What belongs to one interface: rows and targets, files, how data are read and shown.
ELSEWHERE = {
    "Network": {"self", "X", "Y", "initializer", "dtype", "embedding", "reduce"},
    "Tabular": {"self", "X", "y", "preset", "verbose", "reduce", *PAGE.COLUMNS},
    "MLP": {"self", "X", "y"},
    "shell": {*(f"--{each.option_name}" for each in PAGE.COLUMNS.values()), "--id", "--test-file",
              "--strict", "--black", "--white", "--memory", "--cache",
              "--target", "--task", "--test", "--size", "--order", "--separator", "--header", "--encoding", "--out",
              "--json", "--lang", "--preset", "--tensorboard", "--mlflow"},
}  # fmt: skip


def test_the_page_is_the_one_that_is_made():
    assert PAGE.PAGE.read_text("utf-8") == PAGE.page(), "run: .venv/bin/python docs/settings_page.py"


@pytest.mark.parametrize("interface", INTERFACES)
def test_a_column_of_the_tables_is_the_interface(interface):
    """Names in its column exist; and whatever exists is in its column, or belongs to that interface alone."""
    column = list(INTERFACES).index(interface)
    rows = [line.strip("| ").split(" | ") for line in PAGE.trainings().splitlines()[2:]]
    named = {name for row in rows for name in re.findall(r"`([\w-]+)`", row[column])}
    named |= {name for row in PAGE.OTHERS for name in row[column + 1].split(", ") if name}
    assert named <= INTERFACES[interface]
    own = ELSEWHERE[interface]
    tabular = {name: each for name, each in PAGE.CLASSIFIER.items() if f"| `{name}` |" in PAGE.page()}
    if interface == "Tabular":
        own = own | set(tabular)
    if interface == "shell":
        own = own | {f"--{each.option_name}" for each in tabular.values() if each.option is not None}
    if interface == "MLP":
        own = own | {name for name in PAGE.mlp.CLASSIFIER if f"`{name}`" in PAGE.page().split("## MLP")[1]}
    assert INTERFACES[interface] - named <= own
