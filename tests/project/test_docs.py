"""The documentation: every picture is shown, every script and command runs, every public name has its place."""

import ast
import importlib
import inspect
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import glassnet
from glassnet import plots
from glassnet.plots import of_experiments
from shared import ROOT

GALLERY = sorted((ROOT / "docs" / "gallery").glob("plot_*.py"))
API = "\n".join(page.read_text("utf-8") for page in (ROOT / "docs" / "api").glob("*.rst"))
PICTURES = {name: getattr(plots, name) for name in plots.__all__} | {"experiment": of_experiments.experiment}


def calls(script):
    """Return the names of all functions that a script calls."""
    nodes = (node.func for node in ast.walk(ast.parse(script.read_text("utf-8"))) if isinstance(node, ast.Call))
    return {node.attr if isinstance(node, ast.Attribute) else node.id for node in nodes}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_shown_takes_ax_and_says_what_it_returns(name):
    assert any(name in calls(script) for script in GALLERY), f"show plots.{name} in docs/gallery"
    parameter = inspect.signature(PICTURES[name]).parameters["ax"]
    assert parameter.default is None
    assert parameter.kind is parameter.KEYWORD_ONLY
    assert re.search(r"Returns\n    -------\n    (array of )?Axes", PICTURES[name].__doc__)


def test_every_drawing_function_is_public():
    """A new picture cannot stay out of the list, and so not out of the gallery."""
    files = [importlib.import_module(f"glassnet.plots.{name}") for name in ("general", "of_answers", "of_explanations",
             "of_networks", "of_planes", "of_searches", "of_tables", "of_training", "of_experiments")]  # fmt: skip
    drawing = {
        name
        for file in files
        for name, value in vars(file).items()
        if inspect.isfunction(value) and value.__module__ == file.__name__ and not name.startswith("_")
    }
    assert drawing == set(PICTURES)


def test_the_gallery_opens_a_network_diagnoses_a_training_and_runs_an_experiment():
    called = set().union(*map(calls, GALLERY))
    assert {"trace", "dimensions", "check_gradients", "diagnose", "run"} <= called


@pytest.mark.parametrize("name", sorted(set(glassnet.__all__) - {"__version__"}))
def test_every_public_name_has_its_place_in_the_api(name):
    public = getattr(glassnet, name)
    module = public.__name__ if inspect.ismodule(public) else public.__module__
    places = [f"glassnet.{name}", *(module.rsplit(".", cut)[0] for cut in range(module.count(".")))]
    assert any(re.search(rf":: {re.escape(place)}$", API, re.MULTILINE) for place in places)


@pytest.mark.long
@pytest.mark.parametrize("script", GALLERY, ids=lambda script: script.stem)
def test_a_gallery_script_runs(script, tmp_path):
    environment = {**os.environ, "MPLBACKEND": "agg"}
    command = [sys.executable, "-W", "error", "-W", "ignore:FigureCanvasAgg is non-interactive", str(script)]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.needs("make")
def test_make_docs_builds_where_git_does_not_look():
    done = subprocess.run(["make", "-n", "docs"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "sphinx -q -W" in done.stdout
    for name in ("README.md", "README.zh-CN.md"):
        assert "make docs" in (ROOT / name).read_text("utf-8")
    assert {"docs/_build/", "docs/auto_gallery/"} <= set((ROOT / ".gitignore").read_text("utf-8").split())


@pytest.mark.long
def test_the_site_is_built_without_a_warning(tmp_path):
    """As `make docs` does it, in a copy, but without running the gallery, whose scripts have a test of their own."""
    shutil.copytree(ROOT / "docs", tmp_path / "docs", ignore=shutil.ignore_patterns("_build", "auto_gallery"))
    for path in (ROOT / "src", *ROOT.glob("*.md")):
        (tmp_path / path.name).symlink_to(path)
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-D", "plot_gallery=0", "docs", "site"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    site = tmp_path / "site"
    pictures = (site / "api" / "plots.html").read_text("utf-8")
    assert all(f'id="glassnet.plots.{name}"' in pictures for name in plots.__all__)
    for page in (
        "index.html",
        "start.zh.html",
        "shell.zh.html",
        "architecture.html",
        "penguins.zh.html",
        "auto_gallery/index.html",
    ):
        assert (site / page).stat().st_size > 1000
    start = (site / "start.html").read_text("utf-8")
    assert all(f'href="{page}.html"' in start for page in ("start.zh", "contributing", "security", "changelog"))


# ---------------------------------------------------------------- commands and examples
@pytest.mark.long
def test_the_commands_of_the_example_reports(tmp_path, glassnet, monkeypatch):
    def run(command):
        line, _, target = command.partition(" > ")
        answer = glassnet(*shlex.split(line)[1:])
        assert answer.code == 0, f"{command}\n{answer.err}"
        if target:
            Path(target).write_text(answer.out, "utf-8")

    monkeypatch.chdir(tmp_path)
    rows = [f"{value},{value * value % 7},{'adelie' if value % 3 else 'gentoo'}" for value in range(60)]
    (tmp_path / "penguins.csv").write_text("\n".join(["bill,flipper,species", *rows]) + "\n", "utf-8")
    run("glassnet train penguins.csv --target species --hidden 4 --epochs 5 --out penguins.glassnet")
    (block,) = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "reports" / "README.md").read_text("utf-8"), re.DOTALL)
    for command in block.splitlines():
        run(command)
    assert (tmp_path / "penguins.zh.html").stat().st_size > 10_000
    assert (tmp_path / "learning-rate.html").stat().st_size > 10_000


@pytest.fixture
def mnist(tmp_path):
    """Write a small file of the form that docs/mnist.md describes."""
    rng = np.random.default_rng(0)
    prototypes = rng.integers(0, 256, (10, 28, 28))
    labels = np.arange(300) % 10
    pictures = np.clip(prototypes[labels] + rng.normal(0, 20, (300, 28, 28)), 0, 255).astype(np.uint8)
    path = tmp_path / "mnist.npz"
    np.savez(path, X_train=pictures[:200], y_train=labels[:200], X_test=pictures[200:], y_test=labels[200:])
    return path


@pytest.mark.long
def test_the_command_of_the_page_on_digits(mnist, tmp_path):
    words = shlex.split("mnist.npz --part time --quick --json a.json")
    command = [sys.executable, str(ROOT / "bench" / "mnist.py"), *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "a.json").read_text("utf-8"))["time"]


def test_the_example_of_the_page_on_digits(mnist, monkeypatch):
    monkeypatch.chdir(mnist.parent)
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "mnist.md").read_text("utf-8"), re.DOTALL)
    for there, here in (("60_000", "200"), ("(800, 800)", "(8, 8)"), ("max_iter=30", "max_iter=2"), ("256", "100")):
        assert there in code
        code = code.replace(there, here)
    found = {}
    exec(code, found)
    assert found["model"].score(found["X"], found["y"]) >= 0


@pytest.mark.needs("onnx", "onnxruntime")
@pytest.mark.usefixtures("two_epochs")
def test_the_commands_and_the_example_of_the_page_on_export(tmp_path, glassnet, monkeypatch, capsys):
    from glassnet.cli.demo import write_breast_cancer

    monkeypatch.chdir(tmp_path)
    write_breast_cancer(tmp_path / "breast-cancer.csv")
    page = (ROOT / "docs" / "export.md").read_text("utf-8")
    (commands,) = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    for command in commands.splitlines():
        answer = glassnet(*shlex.split(command)[1:])
        assert answer.code == 0, f"{command}\n{answer.err}"
    assert all((tmp_path / name).exists() for name in ("breast-cancer.onnx", "tumour.py", "breast-cancer.h"))
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    found = {}
    exec(code, found)
    assert found["probabilities"].shape == (569, 2)
    assert "no label differs" in capsys.readouterr().out
    (c,) = re.findall(r"```c\n(.*?)```", page, re.DOTALL)
    header = (tmp_path / "breast-cancer.h").read_text("utf-8")
    assert all(name in header for name in re.findall(r"breast_cancer_\w+|mean_radius", c))


@pytest.mark.needs("optuna")
@pytest.mark.usefixtures("two_epochs")
def test_the_commands_and_the_example_of_the_page_on_searches(tmp_path, glassnet, monkeypatch, capsys):
    from glassnet.cli.demo import write_breast_cancer

    monkeypatch.chdir(tmp_path)
    write_breast_cancer(tmp_path / "breast-cancer.csv")
    page = (ROOT / "docs" / "search.md").read_text("utf-8")
    (commands,) = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    for command in commands.splitlines():
        answer = glassnet(*shlex.split(command.replace("--trials 12", "--trials 2"))[1:])
        assert answer.code == 0, f"{command}\n{answer.err}"
    assert all((tmp_path / name).exists() for name in ("breast-cancer.glassnet", "breast-cancer.svg", "study.journal"))
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    found = {}
    exec(code.replace("trials=5", "trials=2"), found)
    assert found["probabilities"].shape == (569, 2)
    assert "trial" in capsys.readouterr().out


@pytest.mark.usefixtures("two_epochs")
def test_the_commands_and_the_example_of_the_page_on_scale(tmp_path, glassnet, monkeypatch):
    import pyarrow as pa
    import pyarrow.parquet as pq

    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for name in ("data", "more"):
        Path(name).mkdir()
        for k in range(2):
            size = rng.random(300)
            pq.write_table(pa.table({"size": size, "price": 3 * size + rng.random(300)}), f"{name}/{k}.parquet")
    page = (ROOT / "docs" / "scale.md").read_text("utf-8")
    commands, *of_bench = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    for command in commands.splitlines():
        answer = glassnet(*shlex.split(command)[1:])
        assert answer.code == 0, f"{command}\n{answer.err}"
    assert len(Path("answers.csv").read_text("utf-8").splitlines()) == 601
    for command in of_bench:
        assert (ROOT / shlex.split(command)[1]).is_file()
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    found = {}
    exec(code, found)
    assert found["answers"].shape == (600,)


def test_no_other_page_has_commands_or_examples():
    """What is new needs a test that runs it, as these pages' have; test_advised_commands.py looks at all commands."""
    built = ROOT / "docs" / "_build"  # by `make docs`
    pages = (*ROOT.glob("*.md"), *(path for path in (ROOT / "docs").rglob("*.md") if built not in path.parents))
    named = {path.relative_to(ROOT).as_posix() for path in pages if re.search("```(sh|py)", path.read_text("utf-8"))}
    here = {"docs/mnist.md", "docs/reports/README.md", "docs/export.md", "docs/scale.md", "docs/search.md"}
    guides = {
        f"docs/{name}.{end}"
        for name in ("shell", "reading-a-table", "estimators", "notation", "learn")
        for end in ("md", "zh.md")
    }
    elsewhere = {"README.md", "README.zh-CN.md", "CONTRIBUTING.md"}  # test_readme.py, test_contributing.py
    elsewhere.add("docs/studio.md")  # tests/cli/test_studio_command.py: its commands run until Ctrl-C
    elsewhere.add("docs/serve.md")  # tests/serve/test_server.py
    elsewhere.add("docs/many-machines.md")  # test_recipes.py, tests/faults/test_processes.py
    assert named == here | guides | elsewhere


def test_the_architecture_decides_nothing_twice_and_ends_its_sentences():
    """Two people's changes of one item, both kept when they are put together, leave it twice or cut in two."""
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    items = re.split(r"\n(?=- |\n|#)", text[text.index("## Decisions") :])
    decisions = [" ".join(item.split()) for item in items if item.startswith("- ")]
    assert len(decisions) > 100
    heads = [re.match(r"- \**(.{25})", each).group(1) for each in decisions]
    assert not [head for head in heads if heads.count(head) > 1]
    assert not [each[-40:] for each in decisions if not each.endswith((".", ":", ".)"))]
