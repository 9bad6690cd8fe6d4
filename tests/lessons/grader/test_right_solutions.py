"""Right solutions in many styles are called right, whatever their order, caches, shapes and place of 1/m."""

import json
import re
from pathlib import Path

import pytest

from glassnet.lessons.grader import grade

SOLUTIONS = Path(__file__).with_name("solutions")

ALL = sorted(path.stem for path in SOLUTIONS.glob("*.py"))
KNOWN = {  # functions that no exercise is about, by solution
    "w3_global_m": {"model"}, "c2_initialization": {"model"}, "c2_optimization": {"model"},
    "w4_list_of_caches_in_dict": {"Cache"},
}  # fmt: skip


def test_there_are_forty():
    assert len(ALL) >= 40


@pytest.mark.parametrize("solution", ALL)
def test_a_right_solution_is_called_right(here, solution):
    outcome = grade(SOLUTIONS / f"{solution}.py")
    assert not [(verdict.function, verdict.text) for verdict in outcome.found if verdict.status != "right"]
    assert outcome.right
    assert outcome.points == outcome.of
    assert set(outcome.ungraded) == KNOWN.get(solution, set())
    assert not outcome.leaks


def as_notebook(text):
    """Make a notebook of a script: a cell for each `# In[5]:`, or for each function."""
    parts = re.split(r"^# In\[\d+\]:\s*$", text, flags=re.MULTILINE)
    if len(parts) == 1:
        parts = re.split(r"\n\n\n(?=def |class |[a-zA-Z_]+ = )", text)
    cells = [{"cell_type": "markdown", "source": ["# Notes"]}]
    cells += [{"cell_type": "code", "source": part.strip("\n").splitlines(keepends=True)} for part in parts]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@pytest.mark.parametrize("solution", ["w2_course_export", "w3_course", "w4_course_utils", "c2_optimization"])
def test_a_right_notebook_is_called_right(here, tmp_path, solution):
    document = as_notebook((SOLUTIONS / f"{solution}.py").read_text("utf-8"))
    magics = "%matplotlib inline\n%load_ext autoreload\n!pip install numpy\nfiles = !ls\n?print\n"
    document["cells"][1]["source"] = [magics, *document["cells"][1]["source"]]
    document["cells"].append({"cell_type": "code", "source": "%%bash\necho this is no Python"})
    document["cells"].append({"cell_type": "code", "source": "%%time\nif True:\n    %time print(1)\n"})
    path = tmp_path / "homework.ipynb"
    path.write_text(json.dumps(document), "utf-8")
    outcome = grade(path)
    assert outcome.right, [(verdict.function, verdict.text) for verdict in outcome.found if verdict.status != "right"]
    assert not [problem for problem in outcome.problems if "SyntaxError" in problem.mistake]


def test_a_mistake_in_a_notebook_has_its_cell_and_line(here, tmp_path):
    text = (SOLUTIONS / "w2_course_export.py").read_text("utf-8")
    document = as_notebook(text.replace("db = 1/m*np.sum(A-Y)", "db = np.sum(A-Y)"))
    path = tmp_path / "homework.ipynb"
    path.write_text(json.dumps(document), "utf-8")
    finding = grade(path)["propagate"].findings[0]
    assert finding.mistake == "db: 1/m is missing"
    cell = document["cells"][finding.cell]["source"]  # the markdown cell is not counted, so cell 1 has index 1
    assert cell[finding.line - 1].strip() == finding.text == "db = np.sum(A-Y)"
    assert finding.place == f"cell {finding.cell}, line {finding.line}"


def test_an_exported_script_names_its_cells(here, tmp_path):
    text = (SOLUTIONS / "w2_course_export.py").read_text("utf-8")
    path = tmp_path / "homework.py"
    path.write_text(text.replace("w = w-learning_rate*dw", "w = w+learning_rate*dw"), "utf-8")
    finding = grade(path)["optimize"].findings[0]
    assert finding.cell == 10
    assert path.read_text("utf-8").splitlines()[finding.line - 1].strip() == finding.text
