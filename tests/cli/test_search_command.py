"""`glassnet search`: a table, a picture, the best model, and lines that repeat each trial."""

import json
import shlex
from pathlib import Path

import pytest

pytestmark = pytest.mark.needs("optuna")


@pytest.fixture
def words(table):
    return "search", table, "--target", "label", "--hidden", 4, "--epochs", 8, "--seed", 3, "--trials", 4


def test_each_line_gives_the_score_of_its_trial_to_the_last_digit(glassnet, words):
    done = glassnet(*words, "--drop", "weight", "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert len(found["trials"]) == 4
    for trial in found["trials"]:
        line = shlex.split(trial["command"])
        assert line[0] == "glassnet"
        again = glassnet(*line[1:], "--out", "again.glassnet", "--json")
        assert again.code == 0, again.err
        document = json.loads(again.out)
        assert document["left_out"]["cost"] == trial["score"]
        if trial["number"] == found["best"]:
            assert document["scores"]["test"]["cost"] == found["scores"]["test"]["cost"]


def test_a_table_the_lines_and_where_things_were_saved(glassnet, words):
    done = glassnet(*words)
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert all(len(line) <= 80 for line in lines if ": glassnet train" not in line)
    assert sum(": glassnet train" in line for line in lines) == 4
    assert "Saved     things.glassnet" in done.out
    assert "trial 0 of 4: score" in done.err
    assert glassnet("inspect", "things.glassnet").code == 0
    assert "<svg" in Path("things.svg").read_text("utf-8")
    chinese = glassnet(*words, "--lang", "zh")
    assert "试验" in chinese.out


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--time-limit", "soon"), "expected a time such as 90s, 10m or 2h; got 'soon'"),
        (("--picture", "a.txt"), "--picture: expected a file .svg, .png, .pdf"),
        (("--trials", "0"), "trials: expected a whole number of at least 1"),
        (("--target", "nothing"), "nothing"),
    ],
)
def test_what_cannot_be_searched(glassnet, words, more, says):
    done = glassnet(*words, *more)
    assert done.code == 2
    assert says in done.err
