"""The lock fits the project: each library that it names, at exact versions with hashes, and no address."""

import re
import subprocess

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from shared import PROJECT, PYPROJECT, ROOT

LOCKS = ["run", "dev", "lowest", "wheels"]
GROUPS = {"run": ["build"], "dev": ["dev", "docs"], "lowest": ["dev", "docs"], "wheels": ["wheels"]}


def locked(name):
    """Return the requirements of a lock, each with its hashes, by name: a library may have a version per platform."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8").replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            requirement, *hashes = re.split(r"\s+--hash=", line.strip())
            found.setdefault(Requirement(requirement).name, []).append((Requirement(requirement), hashes))
    return found


def asked(group):
    """Yield what a dependency group asks for."""
    for line in PYPROJECT["dependency-groups"][group]:
        if isinstance(line, dict):
            yield from asked(line["include-group"])
        else:
            yield Requirement(line)


def direct(lock):
    """Return what a lock has to hold: the dependencies, which building a wheel needs none of, and its groups."""
    own = [Requirement(line) for line in PROJECT["dependencies"] if lock != "wheels"]
    return [*own, *(requirement for group in GROUPS[lock] for requirement in asked(group))]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_release_is_exact_and_has_its_hashes(lock):
    for requirements in locked(lock).values():
        for requirement, hashes in requirements:
            assert requirement.url is None
            assert [specifier.operator for specifier in requirement.specifier] == ["=="]
            assert hashes
            assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in hashes)


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_an_index_or_torch(lock):
    text = (ROOT / "requirements" / f"{lock}.txt").read_text("utf-8")
    assert not re.search(r"://|--(extra-)?index|--find-links|^torch\b", text, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_what_the_project_asks_for(lock):
    found = locked(lock)
    for requirement in direct(lock):
        pins = found.get(canonicalize_name(requirement.name))
        assert pins, f"requirements/{lock}.txt lacks {requirement}; make update"
        for pin, _ in pins:
            (version,) = pin.specifier
            assert requirement.specifier.contains(version.version), f"{pin} is not {requirement}; make update"


def test_demo_and_test_have_the_same_releases():
    def releases(lock):
        return {(name, str(pin.specifier)) for name, pins in locked(lock).items() for pin, _ in pins}

    assert releases("run") <= releases("dev")


def test_the_lowest_is_the_lowest():
    found = locked("lowest")
    for requirement in direct("lowest"):
        (lower,) = (Version(s.version) for s in requirement.specifier if s.operator == ">=")
        pins = [Version(str(pin.specifier)[2:]) for pin, _ in found[canonicalize_name(requirement.name)]]
        assert min(pins) == lower, f"the lowest of {requirement} that can be had is {min(pins)}"


def test_what_make_promises_is_what_the_project_promises():
    promised = re.search(r"^PROMISED := (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)[1].split()
    assert PROJECT["requires-python"] == f">={promised[0]}"
    named = [line for line in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", line)]
    assert not named or [line.rpartition(" ")[2] for line in named] == promised


@pytest.mark.needs("make")
@pytest.mark.parametrize(("target", "lock"), [("demo", "run"), ("test", "dev"), ("check", "dev"), ("docs", "dev"),
                                              ("faults", "dev"), ("test-lowest", "lowest")])  # fmt: skip
def test_make_installs_from_the_lock(target, lock):
    command = ["make", "-n", "--always-make", target]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"--require-hashes --requirement requirements/{lock}.txt" in done.stdout
    assert "--no-deps --no-build-isolation --editable ." in done.stdout
    installs = re.findall(r"-m pip install .*", done.stdout)
    assert len(installs) == 2


@pytest.mark.needs("make")
def test_a_run_of_all_tests_takes_what_pyproject_allows():
    done = subprocess.run(["make", "-n", "test-newest"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "--upgrade-strategy eager --editable . --group dev --group docs" in done.stdout
