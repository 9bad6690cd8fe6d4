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
    path.write_text(RIGHT.replace("Z), Z", "Z), np.maximum(0, Z)"))
    answer = glassnet("grade", path, "--json")
    assert answer.code == 3
    document = json.loads(answer.out)
    assert document["right"] is False
    (relu,) = [verdict for verdict in document["verdicts"] if verdict["function"] == "relu"]
    assert relu["findings"][0]["mistake"] == "cache: A instead of Z"
    assert relu["findings"][0]["line"] == 5
