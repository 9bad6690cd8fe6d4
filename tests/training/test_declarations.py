"""A setting is declared once, and every interface is made from its declaration."""

import inspect
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Literal, TypedDict

import numpy as np
import pytest
import typer

import glassnet
from glassnet import MLPClassifier, MLPRegressor, Network, TabularClassifier, TabularRegressor
from glassnet.cli.commands import app
from glassnet.errors import SettingError, UnknownNameError
from glassnet.estimators.mlp import settings as mlp
from glassnet.estimators.tabular import settings as tabular
from glassnet.training.declarations import Setting, completed, declared, is_same, takes
from glassnet.training.settings import SHARED, TRAINING, Settings

INTERFACES = [
    (Network.fit, Network.fit, TRAINING),
    (Settings, Settings, TRAINING),
    (TabularClassifier, TabularClassifier, tabular.CLASSIFIER),
    (TabularRegressor, TabularRegressor, tabular.REGRESSOR),
    (MLPClassifier, MLPClassifier, mlp.CLASSIFIER),
    (MLPRegressor, MLPRegressor, mlp.REGRESSOR),
]
TRAIN = {each.name: each for each in typer.main.get_command(app).commands["train"].params}


@pytest.mark.parametrize(
    ("function", "documented", "settings"), INTERFACES, ids=lambda each: getattr(each, "__name__", "")
)
def test_signature_and_docstring_say_what_is_declared(function, documented, settings):
    parameters = inspect.signature(function).parameters
    lines = [line.strip() for line in documented.__doc__.splitlines()]
    for name, setting in settings.items():
        assert parameters[name].default == setting.default, name
        assert sum(line.startswith(f"{name} : ") for line in lines) == 1, name
        assert setting.help.split()[0] in documented.__doc__
    assert not any(each.kind is each.VAR_KEYWORD for each in parameters.values())


@pytest.mark.parametrize("estimator", [TabularClassifier, TabularRegressor, MLPClassifier, MLPRegressor])
def test_estimators_have_their_defaults_and_no_more(estimator):
    assert estimator().get_params() == {name: each.default for name, each in estimator._declared.items()}
    assert set(inspect.signature(estimator).parameters) == set(estimator._declared)
    with pytest.raises(
        TypeError,
        match=rf"{estimator.__name__}\(\) got an unexpected keyword argument 'shufle' \(did you mean 'shuffle'",
    ):
        estimator(shufle=False)


@pytest.mark.parametrize("estimator", [TabularRegressor, MLPRegressor])
def test_a_pickle_of_before_a_setting_has_its_default(estimator):
    model = estimator(n_networks=2)
    del vars(model)["l1"]
    again = pickle.loads(pickle.dumps(model))
    assert (again.l1, again.n_networks) == (0.0, 2)


def test_every_default_is_allowed():
    for settings in (TRAINING, tabular.CLASSIFIER, mlp.REGRESSOR):
        for setting in settings.values():
            if setting.default is not None and not setting.constraints:
                setting.check(setting.default)


def test_what_the_estimators_hand_on_are_settings_of_a_training():
    assert set(SHARED) <= set(mlp.CLASSIFIER)
    assert set(tabular.IN_FIT) | {"keep_best"} == set(TRAINING)
    for solver in ("lbfgs", "sgd", "adam", "adamw"):
        Settings(**mlp.fit_settings(MLPRegressor(solver=solver)))
    named = {each.fit_name for each in mlp.CLASSIFIER.values()} - {""}
    assert named <= set(TRAINING)
    assert named | set(SHARED) | {"batch_size", "iterations", "keep_best"} == set(TRAINING)


def test_the_shell_has_an_option_for_every_setting_but_some():
    without = {"verbose", "warm_start"}
    assert {name for name, each in tabular.CLASSIFIER.items() if each.option is None} == without
    for name, setting in tabular.CLASSIFIER.items():
        if name not in without:
            assert f"--{setting.option_name}" in TRAIN[name].opts
            said = setting.flag[1] if setting.flag else setting.help
            assert TRAIN[name].help.startswith(said.removesuffix("."))
            assert TRAIN[name].default is None


# ------------------------------------------------------------ a new setting
class More(TypedDict, total=False):
    """As one would add it."""

    power: Annotated[
        float | Sequence[float] | None, Setting(0.5, "How strong.", "In more words.", "None is half.", "[0, 1)")
    ]
    rule: Annotated[str | Callable[..., float], Setting("a", "Which rule.", table={"a": 1, "b": 2})]
    place: Annotated[Literal["here", "there"], Setting("here", "Where.")]
    count: Annotated[int | None, Setting(None, "How many.", interval="[1, inf)")]
    loud: Annotated[bool, Setting(False, "Whether.")]


@takes(declared(More))
def function(x, *, y=1, **settings):
    """Do something.

    Parameters
    ----------
    x : int
        A number.
    <settings>
    y : int
        Another.
    """
    return completed(declared(More), settings, "function")


def test_a_function_that_takes_settings():
    assert list(inspect.signature(function).parameters) == ["x", "power", "rule", "place", "count", "loud", "y"]
    assert inspect.signature(function).parameters["count"].annotation == int | None
    assert (
        """\
    power : float or sequence of float in [0, 1), default=0.5
        How strong. In more words. None is half.
    rule : str or callable, default="a"
        Which rule.
    place : {"here", "there"}, default="here"
        Where.
    count : int in [1, inf), optional
        How many.
    loud : bool, default=False
        Whether.
    y : int
"""
        in function.__doc__
    )
    assert function(1, count=3) == {"power": 0.5, "rule": "a", "place": "here", "count": 3, "loud": False}
    with pytest.raises(
        TypeError, match=r"function\(\) got an unexpected keyword argument 'pover' \(did you mean 'power'\?\)"
    ):
        function(1, pover=1)


GOOD = [("power", 0), ("power", 0.999), ("power", (0.1, 0)), ("power", ((0.1,), (0.2,))), ("power", None),
        ("count", 1), ("count", 10**30), ("place", "there"), ("loud", True), ("loud", np.True_), ("loud", 1),
        ("rule", abs)]  # fmt: skip
BAD = [
    ("power", 1, "power: expected a number in [0, 1); got 1"),
    ("power", (0.5, -0.1), "power: expected a number in [0, 1); got -0.1"),
    ("power", float("nan"), "got nan"),
    ("power", "0.5", "got '0.5'"),
    ("power", True, "got True"),
    ("count", 0, "count: expected a whole number of at least 1; got 0"),
    ("count", 1.5, "got 1.5"),
    ("count", (1, 2), "got (1, 2)"),
    ("loud", "no", "loud: expected True or False; got 'no'"),
]


@pytest.mark.parametrize(("name", "value"), GOOD)
def test_what_a_setting_may_be(name, value):
    declared(More)[name].check(value)


@pytest.mark.parametrize(("name", "value", "message"), BAD)
def test_what_a_setting_may_not_be(name, value, message):
    with pytest.raises(SettingError) as caught:
        declared(More)[name].check(value)
    assert message in str(caught.value)


def test_an_unknown_choice_is_offered_the_nearest():
    with pytest.raises(UnknownNameError, match=r"unknown place 'her' \(did you mean 'here'\?\)"):
        declared(More)["place"].check("her")
    assert declared(More)["rule"].names == ("a", "b")


def test_settings_are_the_same_where_a_newer_one_has_its_default():
    assert is_same({"a": 1}, {"a": 1, "b": 2}, {"a": 0, "b": 2})
    assert not is_same({"a": 1}, {"a": 1, "b": 3}, {"a": 0, "b": 2})
    assert not is_same({"a": 1, "c": 1}, {"a": 1}, {"a": 0})


# ------------------------------------------------------------ Settings
def test_settings_are_frozen_and_none_is_the_default():
    settings = Settings(optimizer=None, dropout=None, l2=np.float32(0.5), epochs=np.int64(3))
    assert (settings.optimizer, settings.dropout, settings.l2, settings.epochs) == ("gradient_descent", 0.0, 0.5, 3)
    assert type(settings.epochs) is int
    with pytest.raises(AttributeError, match="frozen"):
        settings.l2 = 1
    with pytest.raises(TypeError, match="'learning_rat' \\(did you mean 'learning_rate'\\?\\)"):
        Settings(learning_rat=1)
    with pytest.raises(SettingError, match="learning_rate: expected a number greater than 0, or one for each"):
        Settings(learning_rate=[])


NEW = '    warmth: Annotated[float, Setting(0.0, "How warm the cost is kept.", interval="[0, 5]")]\n'
SEEN = """
import inspect
from glassnet import MLPClassifier, MLPRegressor, Network, TabularClassifier, TabularRegressor
from glassnet.cli import main
from glassnet.training.settings import Settings
import sys

for each in (Network.fit, TabularClassifier, TabularRegressor, MLPClassifier, MLPRegressor):
    assert inspect.signature(each).parameters["warmth"].default == 0.0, each
    assert "warmth : float in [0, 5], default=0.0" in each.__doc__, each
X, y = [[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1]
for model in (TabularClassifier(2, warmth=4, epochs=1), MLPClassifier((2,), warmth=4, solver="sgd", max_iter=1)):
    assert model.fit(X, y).network_.record["settings"]["warmth"] == 4
open("t.csv", "w").write("a,b\\n" + "".join(f"{i},{'xy'[i % 2]}\\n" for i in range(30)))
sys.argv = ["glassnet", "train", "t.csv", "--target", "b", "--warmth", "6", "--epochs", "1"]
try:
    main()
except SystemExit as ended:
    assert ended.code == 2
sys.argv = ["glassnet", "train", "--help"]
main()
"""


def test_a_new_setting_is_one_declaration(tmp_path):
    """Written into a copy of the package, every interface has it: signature, docstring, check, option, record."""
    shutil.copytree(Path(glassnet.__file__).parent, tmp_path / "glassnet", ignore=shutil.ignore_patterns("__pycache__"))
    file = tmp_path / "glassnet" / "training" / "settings.py"
    text = file.read_text("utf-8")
    before, after = text.split("    clip_norm: Annotated[")
    file.write_text(f"{before}{NEW}    clip_norm: Annotated[{after}", "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "COLUMNS": "80", "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-c", SEEN], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "warmth: expected a number in [0, 5]; got 6" in done.stderr
    assert "--warmth" in done.stdout
    assert "How warm the cost is" in done.stdout


def test_without_docstrings_all_works():
    code = "import glassnet; assert glassnet.MLPClassifier(l1=1).l1 == 1; assert glassnet.Network.fit.__doc__ is None"
    subprocess.run([sys.executable, "-OO", "-c", code], check=True)
