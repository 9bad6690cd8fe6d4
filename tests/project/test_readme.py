"""Every command and every example of the README and of the guides is run."""

import os
import re
import shlex
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from shared import ROOT

PICTURE = "docs/pictures/overview.svg"
GUIDES = (
    "README.md",
    "docs/shell.md",
    "docs/reading-a-table.md",
    "docs/estimators.md",
    "docs/notation.md",
    "docs/learn.md",
)
TEXTS = {name: (ROOT / name).read_text("utf-8") for name in GUIDES}


def blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", TEXTS[page], re.DOTALL)


def shell(page):
    return [line for block in blocks(page, "sh") for line in block.splitlines()]


MY_NETWORK = next(block for block in blocks("docs/learn.md", "python") if block.startswith("# my_network.py"))


@pytest.mark.long
@pytest.mark.parametrize("page", [page for page in GUIDES if shell(page)])
@pytest.mark.usefixtures("two_epochs")
def test_the_glassnet_commands(page, tmp_path, glassnet, monkeypatch):
    folder = tmp_path
    for line in (line for line in shell(page) if line.startswith(("glassnet ", "cd "))):
        words = shlex.split(line)
        if words[0] == "cd":
            folder = folder / words[1]
            continue
        if words[1] == "grade":
            (folder / "my_network.py").write_text(MY_NETWORK)
        monkeypatch.chdir(folder)
        answer = glassnet(*words[1:])
        codes = {"grade": (3,), "check": (0, 3)}.get(words[1], (0,))
        assert answer.code in codes, f"{line}\n{answer.err}"
        assert answer.out
    assert (folder / "predictions.csv").exists() == ("predictions.csv" in TEXTS[page])


@pytest.mark.long
@pytest.mark.parametrize("page", [page for page in GUIDES if blocks(page, "python")])
def test_the_python_examples(page, tmp_path):
    code = "\n".join(blocks(page, "python"))
    two_epochs = "from glassnet.estimators.tabular.recipes import Recipe; Recipe.epochs_for = lambda *_: 2\n"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", two_epochs + code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert {path.name for path in tmp_path.iterdir()} == set(re.findall(r'save\("(.+?)"\)', code))


@pytest.mark.needs("make")
@pytest.mark.parametrize("target", ["demo", "test", "bench"])
def test_the_make_targets(target):
    """Make would do the work: a dry run, because `make test` is what runs this."""
    assert f"make {target}" in TEXTS["README.md"]
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=True)
    work = {"demo": "glassnet demo", "test": "pytest", "bench": "bench/all.py"}[target]
    assert work in done.stdout


@pytest.mark.long
def test_pip_install(tmp_path):
    """The wheel is built and holds the package; without the network, so with the tools and libraries already here."""
    command = [sys.executable, "-m", "pip", *shlex.split("install --no-deps --no-build-isolation --quiet --target")]
    subprocess.run([*command, str(tmp_path), str(ROOT)], check=True, capture_output=True)
    assert (tmp_path / "glassnet" / "core" / "equations.py").exists()
    code = "import glassnet; print(glassnet.__file__)"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    found = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert found.stdout.startswith(str(tmp_path))


def test_every_shell_line_is_known():
    """A new kind of line in a shell block needs a test of its own."""
    known = ("glassnet ", "cd ", "pip install .")
    assert all(line.startswith(known) for page in GUIDES for line in shell(page))


def test_the_readme_stays_short():
    assert all(len((ROOT / name).read_text("utf-8").splitlines()) <= 150 for name in ("README.md", "README.zh-CN.md"))


@pytest.mark.long
def test_the_page_on_a_table_shows_what_its_commands_print(tmp_path, glassnet, monkeypatch):
    """All but the numbers, whose last digits differ from machine to machine."""

    def masked(text):
        return re.sub(r"\s+", " ", re.sub(r"-?\d[\d.,]*(e-?\d+)?", "#", text)).strip()

    monkeypatch.chdir(tmp_path)
    glassnet("demo", "--folder", "demo")
    monkeypatch.chdir(tmp_path / "demo")
    lines = [shlex.split(line) for line in shell("docs/reading-a-table.md")[2:]]
    printed = {masked(line) for words in lines for line in glassnet(*words[1:]).out.splitlines()}
    shown = [line for block in blocks("docs/reading-a-table.md", "text") for line in block.splitlines()]
    assert len(shown) > 20
    assert not [line for line in shown if masked(line) not in printed]


@pytest.mark.long
def test_the_page_on_a_table_shows_what_its_script_draws(tmp_path):
    """The numbers differ a little from machine to machine; the pictures, and the size of each, do not."""
    command = [sys.executable, "-W", "error", str(ROOT / "docs" / "pictures" / "reading_a_table.py"), str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    shown = re.findall(r"!\[.{20,}\]\(pictures/(\S+)\)", TEXTS["docs/reading-a-table.md"])
    assert sorted(shown) == sorted(path.name for path in tmp_path.iterdir())
    for name in shown:
        kept, drawn = (ElementTree.parse(path).getroot() for path in (ROOT / "docs/pictures" / name, tmp_path / name))
        assert kept.get("viewBox") == drawn.get("viewBox")


def test_the_picture_is_drawn_by_its_script(tmp_path):
    command = [sys.executable, "-W", "error", str(ROOT / "docs" / "pictures" / "overview.py"), "overview.svg"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    kept, drawn = (ElementTree.parse(path).getroot() for path in (ROOT / PICTURE, tmp_path / "overview.svg"))
    assert kept.get("viewBox") == drawn.get("viewBox")
    assert re.search(rf"!\[.{{20,}}\]\({PICTURE}\)", TEXTS["README.md"])
