"""The tests are laid out like the source: a package's tests lie in the folder of its name."""

from shared import ROOT

BESIDE = {"project", "faults", "cases", "lessons/grader/solutions"}  # not about one package


def folders(root):
    """Return the folders below one that hold files of Python or data, as text relative to it."""
    found = {path.parent.relative_to(root).as_posix() for path in root.rglob("*.*") if path.is_file()}
    return {name for name in found if "__pycache__" not in name and name != "."}


def test_each_package_has_its_folder_of_tests_and_no_folder_is_left_from_an_older_layout():
    assert folders(ROOT / "tests") - BESIDE == folders(ROOT / "src" / "glassnet")
