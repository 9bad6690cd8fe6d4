"""Every command that a page, a docstring or a message advises can be carried out as it is written."""

import ast
import re
import shlex
from importlib import metadata
from importlib.util import find_spec

import pytest
import typer
from packaging.requirements import Requirement

from glassnet.cli.commands import app
from glassnet.errors import MissingLibraryError, pip_install
from shared import PROJECT, PYPROJECT, ROOT, TARGETS

EXTRAS = PROJECT["optional-dependencies"]
NEEDS = [Requirement(need) for needs in (PROJECT["dependencies"], *EXTRAS.values()) for need in needs]
ALLOWED = {need.name: need.specifier for need in NEEDS}
BUILT = {"_build", "auto_gallery"}
PAGES = sorted(
    path
    for path in (*ROOT.glob("*.md"), *(ROOT / ".github").rglob("*"), *(ROOT / "docs").rglob("*"))
    if path.suffix in {".md", ".rst", ".yml"} and not BUILT & set(path.parts)
)
CODE = sorted(path for folder in ("src", "bench", "docs/gallery") for path in (ROOT / folder).rglob("*.py"))
TEXTS = sorted(
    path
    for kind in ("src/**/*.toml", "src/**/*.jinja", "docs/**/*.html")
    for path in ROOT.glob(kind)
    if not BUILT & set(path.parts)
)
SHELL = typer.main.get_command(app).commands


def strings(path):
    """Return the texts of a Python file: its string constants, with X for what an f-string fills in."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "X" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def commands(text):
    """Return what a text marks as code and begins as a command does: lines of shell blocks, and quoted code."""
    lines = [line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    quoted = [" ".join(code.split()) for _, code in re.findall(r"(``?)([^`]+)\1", prose)]
    return [line for line in (*lines, *quoted) if line.partition(" ")[0] in CHECKS and " " in line]


def pip(*words):
    """An installation names the checkout, with extras that exist, or libraries in the range that glassnet allows."""
    if words in {("freeze",), ("check",)}:
        return
    assert words[0] == "install"
    rest = iter(words[1:])
    for word in rest:
        if word == "--group":
            assert next(rest) in PYPROJECT["dependency-groups"]
        elif checkout := re.fullmatch(r"\.(?:\[(.+)\])?", word):
            assert set(filter(None, (checkout[1] or "").split(","))) <= set(EXTRAS)
        elif word == "--requirement":
            assert (ROOT / next(rest)).exists()
        elif word not in {"--editable", "--require-hashes", "--no-deps", "--no-build-isolation"}:
            assert Requirement(word).specifier == ALLOWED[Requirement(word).name]


def make(target, *variables):
    """The Makefile has the target, and its recipes read the variables."""
    assert target in TARGETS
    text = (ROOT / "Makefile").read_text("utf-8")
    assert all(f"$({variable.partition('=')[0]})" in text for variable in variables)


def glassnet(command, *words):
    """The shell has the command, and the command its options."""
    options = {option for parameter in SHELL[command].params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options


def python(*words):
    """The module can be run."""
    if words[:2] == ("-m", "pip"):
        pip(*words[2:])
    elif words != ("--version",):
        assert words[0] == "-m"
        assert find_spec(words[1])


def script(path, *words):
    """The script is there and has the options; it is run by the Python that has what it imports."""
    text = (ROOT / path).read_text("utf-8") + (ROOT / "bench" / "_script.py").read_text("utf-8")
    assert all(f'"{word}"' in text for word in words if word.startswith("--"))


def git(*words):
    """A release is a tag."""
    assert words in {("tag", "v0.2.0"), ("push", "origin", "v0.2.0")}


def dot(script):
    """An environment is activated, the one that make has made."""
    assert script == ".venv/bin/activate"
    assert "BIN := .venv/bin\n" in (ROOT / "Makefile").read_text("utf-8")


def pre_commit(word):
    """A tool of the group dev."""
    assert word == "install"
    assert (ROOT / ".pre-commit-config.yaml").exists()


CHECKS = {
    "pip": pip, "make": make, "glassnet": glassnet, "python": python, ".venv/bin/python": script, "git": git, ".": dot,
    ".venv/bin/pre-commit": pre_commit, "cd": lambda folder: None,
}  # fmt: skip


def check(command):
    name, *words = shlex.split(command)
    CHECKS[name](*words)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_commands_of_a_page(path):
    for command in commands(path.read_text("utf-8")):
        check(command)


def test_commands_are_found_where_they_stand():
    """The tests above and below are worth what they find."""
    found = {path.relative_to(ROOT).as_posix(): commands(path.read_text("utf-8")) for path in PAGES}
    assert {"pip install .", "make demo"} <= set(found["README.md"])
    assert {'pip install ".[torch]"', "glassnet engines --measure"} <= set(found["docs/notation.md"])
    assert ".venv/bin/python bench/mnist.py mnist.npz --part time --repeats 5" in found["docs/mnist.md"]
    assert "git tag v0.2.0" in found["CONTRIBUTING.md"]
    assert sum(map(len, found.values())) > 60


@pytest.mark.parametrize(
    "command", ["pip install 'glassnet[torch]'", "pip install --upgrade glassnet", "pip install torch scipy",
                'pip install ".[gpu]"', "make tests", "glassnet learn a.csv", "glassnet train a.csv --goal y",
                "python bench/step.py", ".venv/bin/python bench/steps.py", ".venv/bin/python bench/step.py --onyl 3"],
)  # fmt: skip
def test_advice_that_fails_is_found(command):
    with pytest.raises((AssertionError, KeyError, OSError, ValueError)):
        check(command)


def mentioned(text):
    """Check the commands of the shell that a text names without marking them as code, as a message does."""
    for command, options in re.findall(r"\bglassnet ([a-z]+)((?: [\w.-]+)*)", text):
        if command in SHELL:
            glassnet(command, *options.split())


def test_the_commands_in_code_and_messages():
    for path in CODE:
        for text in strings(path):
            for command in commands(text):
                check(command)
            mentioned(text)
    for path in TEXTS:
        mentioned(path.read_text("utf-8"))


def test_only_one_place_says_how_a_library_is_installed():
    places = {path.name for path in (ROOT / "src").rglob("*.py") for text in strings(path) if "pip install" in text}
    assert places == {"errors.py"}


def asked_for():
    """Return the libraries whose installation some line of glassnet advises."""
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {
                "MissingLibraryError.of",
                "pip_install",
                "_versions",
            }:
                words = node.args[ast.unparse(node.func) == "MissingLibraryError.of" :]
                yield from (word.value for word in words if isinstance(word, ast.Constant))


def test_a_missing_library_is_advised_in_the_range_that_glassnet_allows(monkeypatch):
    """As wheels keep it, whatever happens to be installed here; test_distribution.py asks an installed wheel."""
    markers = {"h5py": "; extra == 'hdf5'", "torch": "; extra == 'torch'"}
    kept = [f"{name}{specifier}{markers.get(name, '')}" for name, specifier in ALLOWED.items()]
    monkeypatch.setattr(metadata, "requires", lambda name: kept)
    libraries = set(asked_for())
    assert {"torch", "h5py", "pandas"} <= libraries
    for library in libraries:
        check(pip_install(library))
    assert pip_install("torch") == 'pip install "torch>=2.8,<3"'
    message = str(MissingLibraryError.of("engine='torch'", "torch", "scipy"))
    assert message == 'engine=\'torch\' needs torch and scipy: pip install "torch>=2.8,<3" "scipy>=1.14,<2"'


@pytest.mark.parametrize("kept", [None, ["numpy<3,>=2.1"]], ids=["never installed", "installed from an older checkout"])
def test_a_missing_library_is_named_where_no_range_is_known(monkeypatch, kept):
    def requires(name):
        if kept is None:
            raise metadata.PackageNotFoundError(name)
        return kept

    monkeypatch.setattr(metadata, "requires", requires)
    assert pip_install("pandas") == 'pip install "pandas"'


@pytest.mark.parametrize(
    "page", ["README.md", "docs/estimators.md", "docs/notation.md", "docs/learn.md", "docs/mnist.md"]
)
def test_what_an_example_imports_is_installed_with_glassnet_or_by_a_command_on_its_page(page):
    text = (ROOT / page).read_text("utf-8")
    advised = {extra for names in re.findall(r"pip install \"\.\[(.+?)\]\"", text) for extra in names.split(",")}
    names = {"sklearn": "scikit-learn", "glassnet": None}
    here = {Requirement(need).name for need in [*PROJECT["dependencies"], *(n for e in advised for n in EXTRAS[e])]}
    code = "\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))
    imports = {name.partition(".")[0] for name in re.findall(r"^(?:import|from) ([\w.]+)", code, re.MULTILINE)}
    assert {names.get(name, name) for name in imports} - {None} <= here
