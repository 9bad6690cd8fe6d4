"""`glassnet grade`: words and lines for a person, a document for a machine, an exit code for a script."""

import json

RIGHT = "import numpy as np\n\n\ndef relu(Z):\n    return np.maximum(0, Z), Z\n"


def test_right_wrong_and_unreadable(glassnet, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "my_network.py"
    path.write_text(RIGHT)
    answer = glassnet("grade", path)
    assert answer.code == 0
    assert "1 of 1 functions right" in answer.out
    path.write_text(RIGHT.replace("maximum", "minimum"))
    answer = glassnet("grade", path)
    assert answer.code == 3
    assert "minimum instead of maximum  (line 5)" in answer.out
    assert "np.maximum(0, Z)" in answer.out
    answer = glassnet("grade", "none.py")
    assert answer.code == 2
    assert "none.py" in answer.err
    path.write_text("x = 1\n")
    answer = glassnet("grade", path)
    assert answer.code == 3
    assert "None of the course's functions" in answer.out


def test_a_document_for_machines(glassnet, tmp_path):
    path = tmp_path / "my_network.py"
    path.write_text(RIGHT.replace("maximum", "minimum"))
    answer = glassnet("grade", path, "--json")
    assert answer.code == 3
    document = json.loads(answer.out)
    assert document["right"] is False
    (relu,) = [verdict for verdict in document["verdicts"] if verdict["function"] == "relu"]
    assert relu["findings"][0]["mistake"] == "A: minimum instead of maximum"
    assert relu["findings"][0]["line"] == 5


def test_what_gradescope_and_otter_read(glassnet, tmp_path):
    path = tmp_path / "my_network.py"
    path.write_text(RIGHT + "\n\ndef sigmoid(Z):\n    return 1 / (1 + np.exp(Z)), Z\n")
    document = json.loads(glassnet("grade", path, "--json").out)
    assert (document["score"], document["max_score"]) == (15.0, 20)
    assert [(test["name"], test["score"], test["max_score"], test["status"]) for test in document["tests"]] == [
        ("sigmoid", 5.0, 10, "failed"),
        ("relu", 10.0, 10, "passed"),
    ]
    assert "sign of the exponent (line 9)" in document["tests"][0]["output"]


def test_verdicts_come_first_and_what_does_not_run_is_one_line(glassnet, tmp_path):
    path = tmp_path / "my_network.py"
    path.write_text("import no_such_module\n" + RIGHT + "\n\nx = y\nopen('none.csv')\n\n\ndef other():\n    pass\n")
    answer = glassnet("grade", path)
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[0].split() == ["right", "relu"]
    assert "1 of 1 functions right; 10 of 10 points." in lines
    assert "Not graded, because no exercise is about them: other." in answer.out
    said = " ".join(answer.out.split())  # in lines of 80 cells
    assert "3 statements outside the functions did not run, the first at line 1: ModuleNotFoundError" in said
    assert "NameError" not in answer.out


def test_hints_reveal_step_by_step(glassnet, tmp_path):
    path = tmp_path / "my_network.py"
    path.write_text(RIGHT.replace("maximum", "minimum"))
    shown = {step: glassnet("grade", path, "--hints", str(step)).out for step in (1, 2, 3, 4)}
    for step, part in enumerate(
        ["minimum instead of maximum", "(line 5)", "relu(z) = max(0, z)", "A = np.maximum(0, Z)"], 1
    ):
        assert [part in shown[other] for other in (1, 2, 3, 4)] == [other >= step for other in (1, 2, 3, 4)], part
    assert "--hints 2 shows where" in shown[1]
    assert glassnet("grade", path, "--hints", "5").code == 2


def test_watch_grades_again_when_the_file_is_saved(glassnet, tmp_path, monkeypatch):
    from glassnet.cli import grade_command

    path = tmp_path / "my_network.py"
    path.write_text(RIGHT.replace("maximum", "minimum"))
    waits = []

    def sleep(_):
        waits.append(1)
        if len(waits) == 2:
            path.write_text(RIGHT + "\n")
        if len(waits) > 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(grade_command.time, "sleep", sleep)
    answer = glassnet("grade", path, "--watch")
    assert "0 of 1 functions right" in answer.out
    assert "1 of 1 functions right" in answer.out
