"""What surrounds the code agrees with it: promised Pythons, workflows, hooks, the steps of CONTRIBUTING.md."""

import os
import re
import shutil
import subprocess
import sys
import warnings

import pytest
import typer

import glassnet
from glassnet.cli.commands import app
from glassnet.core.losses import LOSSES
from glassnet.core.optimizers import OPTIMIZERS
from glassnet.core.schedules import SCHEDULES
from shared import PROJECT, ROOT, TARGETS

TESTS, RELEASE = ((ROOT / ".github" / "workflows" / name).read_text("utf-8") for name in ("tests.yml", "release.yml"))
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
STEPS = re.findall(r"```python\n(.*?)```", CONTRIBUTING, re.DOTALL)


def pythons():
    """Return the Pythons of the classifiers: ["3.11", ...]."""
    return [text.rpartition(" ")[2] for text in PROJECT["classifiers"] if re.search(r"Python :: 3\.\d+$", text)]


def test_the_promised_pythons_are_one_row_without_a_gap():
    first, last = (int(version.partition(".")[2]) for version in (pythons()[0], pythons()[-1]))
    assert pythons() == [f"3.{minor}" for minor in range(first, last + 1)]
    assert PROJECT["requires-python"] == f">=3.{first}"


def test_every_promised_python_is_tested_on_every_system():
    matrices = re.findall(r"python: \[(.+)\]", TESTS)
    assert len(matrices) == 2
    assert all(re.findall(r'"(.+?)"', matrix) == pythons() for matrix in matrices)
    assert all(f"{system}-latest" in TESTS for system in ("ubuntu", "macos", "windows"))
    lowest, newest = re.findall(r"target: test-(\w+)\n *python: \"(.+)\"", TESTS)
    assert [lowest, newest] == [("lowest", pythons()[0]), ("newest", pythons()[-1])]


def test_the_workflows_and_the_hooks_run_what_make_has():
    hooks = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    asked = re.findall(r"(?:run: make|entry: make|target:) ([a-z-]+)", TESTS + RELEASE + hooks)
    assert {"test", "test-lowest", "test-newest", "docs", "lint", "check"} <= set(asked)
    assert set(asked) <= set(TARGETS)


def test_only_the_job_that_publishes_has_a_permission_beyond_reading():
    for text in (TESTS, RELEASE):
        assert "\npermissions: {}\n" in text
        assert "secrets." not in text
    assert re.findall(r"\w[\w-]*: write", TESTS + RELEASE) == ["id-token: write"]
    assert "make" not in RELEASE.partition("\n  publish:\n")[2]


@pytest.mark.needs("make")
@pytest.mark.parametrize(
    ("tag", "heading", "passes"),
    [("v{}", "## {} (2026-12-24)", True), ("{}", "## {} (2026-12-24)", False), ("v9.{}", "## {} (2026-12-24)", False),
     ("v{}", "## {} (unreleased)", False), ("v{}", "## Unreleased", False)],
)  # fmt: skip
def test_a_tag_is_published_where_version_and_changelog_agree(tag, heading, passes, tmp_path):
    """The workflow's own lines are run."""
    (lines,) = re.findall(r"same release\n *run: \|\n(.*?)\n      - ", RELEASE, re.DOTALL)
    version = glassnet.__version__
    (tmp_path / "CHANGELOG.md").write_text(f"# Changes\n\n{heading.format(version)}\n", "utf-8")
    script = f"set -e\n{lines.replace('.venv/bin/python -m hatchling version', f'echo {version}')}\n"
    environment = {**os.environ, "GITHUB_REF_NAME": tag.format(version)}
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert (done.returncode == 0) == passes


# ---------------------------------------------------------------- the steps of CONTRIBUTING.md
def insert(path, before, text):
    """Write a step's lines in front of a line of the file that the step names."""
    code = path.read_text("utf-8")
    assert code.count(before) == 1, before
    path.write_text(code.replace(before, f"{text}{before}"), "utf-8")


@pytest.mark.long
def test_an_activation_is_added_by_the_steps_as_they_are_written(tmp_path):
    functions, row, _ = STEPS
    package = shutil.copytree(ROOT / "src" / "glassnet", tmp_path / "glassnet", ignore=shutil.ignore_patterns("__*__"))
    insert(package / "core" / "activations.py", "ACTIVATIONS: dict", f"{functions}\n\n")
    insert(package / "core" / "activations.py", '    "softmax": Activation', row)
    tests = [f"tests/{name}.py" for name in ("core/test_names", "core/test_tables", "report/test_formulas")]
    code = f"""
import numpy as np, pytest
from glassnet import Network
net = Network([2, 4, 1], ["softsign(0.5)", "sigmoid"], seed=1, dtype="float64")
X = np.random.default_rng(0).standard_normal((2, 40))
Y = (X[:1] > 0) * 1.0
assert net.check_gradients(X, Y).ok
assert net.fit(X, Y, optimizer="adam", learning_rate=0.1, iterations=200, engine="numpy").cost[-1] < 0.1
raise SystemExit(pytest.main(["-q", "-p", "no:cacheprovider", *{tests}]))
"""
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_the_files_and_tables_that_the_steps_name_are_there():
    named = re.findall(r"`(?:([A-Z_]{4,})` (?:of|in) `)?((?:src|tests)/[\w/.]+)`", CONTRIBUTING)
    assert len(named) > 15
    for table, path in named:
        assert table in (ROOT / path).read_text("utf-8")


@pytest.mark.parametrize(("option", "table"), [("optimizer", OPTIMIZERS), ("schedule", SCHEDULES), ("loss", LOSSES)])
def test_the_help_of_an_option_lists_the_names_of_its_table(option, table):
    (parameter,) = (part for part in typer.main.get_command(app).commands["train"].params if part.name == option)
    listed = set(re.findall(r"[a-z_]+", parameter.help))
    assert {name for name in table if not name.endswith("_cross_entropy")} <= listed


def test_a_deprecated_name_warns_and_works():
    found = {"warnings": warnings, "new_name": lambda *args, **kwargs: (args, kwargs)}
    exec(STEPS[-1], found)
    with pytest.warns(FutureWarning, match=r"called new_name since 0\.3; it ends with 0\.5") as warned:
        assert found["old_name"](1, two=2) == ((1,), {"two": 2})
    assert warned[0].filename == __file__
