"""The command `glassnet experiment`."""

import json
import re

import pytest

from glassnet.lessons import EXPERIMENTS, SUBJECTS
from glassnet.text_table import width_of


def test_all_experiments_are_listed_with_their_claims(glassnet):
    answer = glassnet("experiment")
    assert answer.code == 0
    told = " ".join(answer.out.split())
    for name, entry in EXPERIMENTS.items():
        assert name in told
        assert " ".join(entry.claim.split())[:30] in told
    assert "n[l]" in told  # letters with layers are no markup
    assert all(subject in told for subject in SUBJECTS)
    assert max(map(len, answer.out.split("\n"))) <= 80


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("more", [["--details"], ["--set", "hidden=1,alpha=3"]], ids=" ".join)
def test_what_is_printed_fits_a_terminal(glassnet, lang, more):
    answer = glassnet("experiment", "symmetry", "--size", "small", "--lang", lang, *more)
    lines = [line for line in answer.out.split("\n") if "glassnet experiment" not in line]  # to be copied
    assert max(map(width_of, lines)) <= 80
    if lang == "zh":
        assert "What the change did" not in answer.out
        assert not re.search(r"[\u4e00-\u9fff][;:] ", answer.out)  # Chinese sentences have Chinese marks


def test_without_a_font_the_picture_is_in_english_and_a_note_says_so(glassnet, tmp_path, monkeypatch):
    monkeypatch.setattr("glassnet.plots.words.chinese_font", lambda: None)
    out = tmp_path / "b.svg"
    answer = glassnet("experiment", "broadcasting", "--size", "small", "--lang", "zh", "--out", out)
    assert answer.code == 0
    assert "Noto Sans CJK" in answer.err
    assert "字体" in answer.err


def test_the_list_as_json(glassnet):
    listed = json.loads(glassnet("experiment", "--json").out)
    assert [entry["name"] for entry in listed] == list(EXPERIMENTS)
    assert all(entry["claim"] for entry in listed)


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_an_experiment_says_whether_its_claim_held_and_writes_its_picture(glassnet, tmp_path, suffix):
    out = tmp_path / f"picture.{suffix}"
    answer = glassnet("experiment", "broadcasting", "--seed", 3, "--out", out)
    assert answer.code == 0
    assert answer.out.startswith("Held      NumPy computes 5 of 5")
    assert "Numbers   2 of 2" in answer.out
    assert len(answer.out.split("\n")) < 12
    assert "glassnet experiment broadcasting --seed 3" in answer.out
    assert out.read_bytes().startswith(b"\x89PNG" if suffix == "png" else b"<?xml")


def test_details_have_every_number_within_80_columns(glassnet):
    short, long = (glassnet("experiment", "likelihood", "--size", "small", "--seeds", 2, *more).out
                   for more in ((), ("--details",)))  # fmt: skip
    assert "grid steps" not in short
    assert "The claim held" in long
    assert "grid steps" in long
    assert "sqrt(m)" in long
    lines = [line for line in long.split("\n") if not line.startswith("Again")]
    assert max(map(len, lines)) <= 80


def test_a_change_is_told_beside_what_it_was(glassnet):
    answer = glassnet("experiment", "symmetry", "--size", "small", "--seeds", 1, "--set", "hidden=1,alpha=3")
    assert answer.code == 0
    assert "Changed   units 4 -> 1, learning_rate 1.2 -> 3.0. The claim holds no longer." in answer.out
    assert "Before" in answer.out
    assert "After" in answer.out
    document = json.loads(
        glassnet("experiment", "symmetry", "--size", "small", "--seeds", 1, "--set", "units=2", "--json").out
    )
    assert document["changes"] == "units 4 -> 2"
    assert document["before"]["held"] is True


def test_a_result_as_json(glassnet):
    document = json.loads(glassnet("experiment", "likelihood", "--size", "small", "--seeds", 2, "--json").out)
    assert document["held"] is True
    assert document["seeds"] == [1, 2]
    assert len(document["findings"][0]["values"]) == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["symetry"], "did you mean 'symmetry'"),
        (["cats"], "needs pictures"),
        (["cats", "--data", "nowhere"], "does not exist"),
        (["symmetry", "--data", "somewhere"], "unknown option 'data'"),
        (["symmetry", "--size", "huge"], "known: full, small"),
        (["symmetry", "--out", "picture.gif"], ".svg, .png, .pdf"),
        (["symmetry", "--out", "nowhere/picture.svg"], "no folder"),
        (["symmetry", "--seeds", "0"], "seeds: expected"),
        (["symmetry", "--set", "units"], "expected name=value"),
        (["symmetry", "--set", "unit=1"], "did you mean 'units'"),
        (["initial-scale", "--size", "small", "--seeds", "1", "--set", "starts=he"], "cannot run with starts"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(glassnet, tmp_path, monkeypatch, words, told):
    monkeypatch.chdir(tmp_path)
    answer = glassnet("experiment", *words)
    assert answer.code == 2
    assert told in answer.err
    assert answer.err.count("\n") == 1
