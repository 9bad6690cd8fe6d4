"""What is published works: the sdist holds all that its tests read, the wheel alone installs, runs and fits."""

import json
import os
import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from email.parser import Parser
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement

import glassnet
from glassnet.backends.native import library
from shared import PROJECT, ROOT

NAME = f"glassnet-{glassnet.__version__}"
NATIVE = "glassnet/backends/native/"
LIBRARIES = [folder for folder in sys.path if folder.endswith("-packages")]


def run(*command, cwd=None, source=None, code=0, **others):
    """Run a command with no glassnet on its path but that of `source`; return its output if it exits with `code`."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"PYTHONPATH": str(source)} if source else {}
    environment |= others
    words = [*map(str, command)]
    done = subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


class Built(NamedTuple):
    """The unpacked sdist, the files that were in it, and the wheel that was built from it."""

    sdist: Path
    files: set[str]
    wheel: Path


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    build = (sys.executable, "-m", "hatchling", "build", "-d", folder, "-t")
    run(*build, "sdist", cwd=ROOT)
    with tarfile.open(folder / f"{NAME}.tar.gz") as file:
        file.extractall(folder, filter="data")
    files = files_below(folder / NAME)
    run(*build, "wheel", cwd=folder / NAME)
    (wheel,) = folder.glob("*.whl")
    return Built(folder / NAME, files, wheel)


def files_below(folder):
    """Return the files in a folder; not what Python writes when it runs them."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.parent.name != "__pycache__"]
    return {path.relative_to(folder).as_posix() for path in paths}


@pytest.mark.long
# ---------------------------------------------------------------- the sdist
def test_the_sdist_is_the_repository(built):
    needed = {"Makefile", "README.zh-CN.md", "bench/step.py", "docs/conf.py", ".github/workflows/tests.yml"}
    assert needed <= built.files
    native = {path for path in built.files if path.startswith(f"src/{NATIVE}kernels")}
    assert native == {f"src/{NATIVE}kernels.cpp"}  # and none of what may be compiled beside it
    if (ROOT / ".git").exists():  # an sdist's own tests have no git to ask
        listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT).splitlines()
        assert built.files - {"PKG-INFO"} == {path for path in listed if (ROOT / path).exists()}


@pytest.mark.long
def test_the_tests_of_the_sdist_that_read_its_other_files_pass(built):
    """Its whole suite is run by the workflow; here the tests whose files an sdist once left out."""
    reading = [f"tests/project/test_{name}.py" for name in ("readme_zh", "contributing", "bench", "package")]
    command = [sys.executable, "-m", "pytest", "-q", "-m", "not long", *reading, "-p", "no:cacheprovider"]
    printed = run(*command, cwd=built.sdist, source=built.sdist / "src")
    assert int(re.search(r"(\d+) passed", printed)[1]) > 30


@pytest.mark.long
# ---------------------------------------------------------------- the wheel
def test_the_wheel_holds_the_package_and_no_more(built):
    with zipfile.ZipFile(built.wheel) as file:
        found = set(file.namelist())
    about = f"{NAME}.dist-info/"
    package = {path.removeprefix("src/") for path in built.files if path.startswith("src/")}
    native = {path for path in found if path.startswith(NATIVE)} - package
    assert {path for path in found if not path.startswith(about)} - native == package
    assert native in ({NATIVE + "kernels.json"}, {NATIVE + "kernels.json", NATIVE + library.NAME})
    assert {about + name for name in ("METADATA", "entry_points.txt", "licenses/LICENSE")} <= found


@pytest.mark.long
def test_the_wheel_says_what_the_project_is(built):
    with zipfile.ZipFile(built.wheel) as file:
        about = Parser().parsestr(file.read(f"{NAME}.dist-info/METADATA").decode())
    assert about["Version"] == glassnet.__version__
    assert about.get_all("Classifier") == PROJECT["classifiers"]
    assert {line.partition(", ")[0] for line in about.get_all("Project-URL")} == set(PROJECT["urls"])
    assert about.get_all("Provides-Extra") == list(PROJECT["optional-dependencies"])


@pytest.mark.long
def test_a_wheel_is_for_one_platform_where_it_holds_the_native_library_and_for_any_without(built, tmp_path):
    """That of an unpacked sdist is for this platform where a compiler is; without one it is for any."""
    bare = {"PATH": "", "CC": "", "CXX": "", "GLASSNET_NATIVE": "", "PYTHONPATH": str(without_ziglang(tmp_path))}
    run(sys.executable, "-m", "hatchling", "build", "-d", tmp_path, "-t", "wheel", cwd=built.sdist, **bare)
    assert [path.name for path in tmp_path.glob("*.whl")] == [f"{NAME}-py3-none-any.whl"]
    assert files_below(built.sdist) == built.files
    with zipfile.ZipFile(built.wheel) as file:
        holds_it = NATIVE + library.NAME in file.namelist()
        about = Parser().parsestr(file.read(f"{NAME}.dist-info/WHEEL").decode())
    assert holds_it == (not built.wheel.name.endswith("-py3-none-any.whl"))
    assert about["Root-Is-Purelib"] == str(not holds_it).lower()
    assert about["Tag"] == built.wheel.stem.removeprefix(f"{NAME}-")
    with zipfile.ZipFile(tmp_path / f"{NAME}-py3-none-any.whl") as file:
        assert json.loads(file.read(NATIVE + "kernels.json"))["why_not"].startswith("not built: no C compiler was")


def without_ziglang(folder):
    """Return a folder in which ziglang is a module that cannot be found."""
    (folder / "sitecustomize.py").write_text("import sys; sys.modules['ziglang'] = None", "utf-8")
    return folder


@pytest.fixture(scope="session")
def environment(built, tmp_path_factory):
    """Return the folder of a new environment with the wheel, and what `pip check` said without and with libraries."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=os.name != "nt", with_pip=False)
    pip = [sys.executable, "-m", "pip", "--python", str(folder), "--disable-pip-version-check"]
    run(*pip, "install", "--quiet", "--no-index", "--no-deps", built.wheel)
    alone = run(*pip, "check", code=1)
    (place,) = folder.rglob("site-packages")
    (place / "libraries.pth").write_text("\n".join(LIBRARIES) + "\n", "utf-8")  # this environment's: none is fetched
    return folder, alone, run(*pip, "check")


def script(folder, name):
    return folder / ("Scripts" if os.name == "nt" else "bin") / name


@pytest.mark.long
def test_pip_check_names_what_is_missing_and_is_content_with_the_libraries(environment):
    _, alone, complete = environment
    here = [need for need in map(Requirement, PROJECT["dependencies"]) if not need.marker or need.marker.evaluate()]
    missing = {line.split()[3].rstrip(",") for line in alone.splitlines() if "requires" in line}
    assert missing == {need.name for need in here}
    assert complete.strip() == "No broken requirements found."


@pytest.mark.long
def test_the_console_script_trains_and_a_model_fits(built, environment, tmp_path):
    folder = environment[0]
    rows = [f"{value},{value % 5},{'yes' if value % 5 > 2 else 'no'}" for value in range(60)]
    (tmp_path / "a.csv").write_text("\n".join(["a,b,y", *rows]) + "\n", "utf-8")
    words = ["train", "a.csv", "--target", "y", "--hidden", "4", "--epochs", "5", "--seed", "1"]
    assert "accuracy" in run(script(folder, "glassnet"), *words, cwd=tmp_path)
    code = """
import glassnet
from sklearn.datasets import load_iris
from glassnet import MLPClassifier, errors
print(glassnet.__file__, MLPClassifier((8,), max_iter=300, random_state=0, solver="lbfgs").fit(
    *load_iris(return_X_y=True)).score(*load_iris(return_X_y=True)))
print(errors.pip_install("torch", "h5py", "pandas", "scipy"))
from glassnet.backends.native.library import why_not
print(why_not())
"""
    first, advice, reason = run(script(folder, "python"), "-c", code, cwd=tmp_path).splitlines()
    holds_it = not built.wheel.name.endswith("-py3-none-any.whl")
    assert reason == "" if holds_it else reason.startswith("not built: ")
    path, score = first.rsplit(" ", 1)
    assert Path(path).is_relative_to(folder)
    assert float(score) > 0.9
    needs = [need for needs in (PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()) for need in needs]
    allowed = {need.name: need.specifier for need in map(Requirement, needs)}
    advised = [Requirement(word) for word in re.findall(r'"(.+?)"', advice)]
    assert [need.name for need in advised] == ["torch", "h5py", "pandas", "scipy"]
    assert all(need.specifier == allowed[need.name] for need in advised)
