"""The command `glassnet experiment`."""

import json

import pytest

from glassnet.lessons import EXPERIMENTS


def test_all_experiments_are_listed_with_their_claims(glassnet):
    answer = glassnet("experiment")
    assert answer.code == 0
    told = " ".join(answer.out.split())
    for name, entry in EXPERIMENTS.items():
        assert name in told
        assert " ".join(entry.claim.split())[:30] in told
    assert "n[l]" in told  # letters with layers are no markup


def test_the_list_as_json(glassnet):
    listed = json.loads(glassnet("experiment", "--json").out)
    assert [entry["name"] for entry in listed] == list(EXPERIMENTS)
    assert all(entry["claim"] for entry in listed)


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_an_experiment_says_whether_its_claim_held_and_writes_its_picture(glassnet, tmp_path, suffix):
    out = tmp_path / f"picture.{suffix}"
    answer = glassnet("experiment", "broadcasting", "--seed", 3, "--out", out)
    assert answer.code == 0
    assert "The claim held" in answer.out
    assert "Held      yes" in answer.out
    assert "glassnet experiment broadcasting --seed 3" in answer.out
    assert out.read_bytes().startswith(b"\x89PNG" if suffix == "png" else b"<?xml")


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
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(glassnet, tmp_path, monkeypatch, words, told):
    monkeypatch.chdir(tmp_path)
    answer = glassnet("experiment", *words)
    assert answer.code == 2
    assert told in answer.err
    assert answer.err.count("\n") == 1
