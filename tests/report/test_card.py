"""The model card: its head is YAML that hubs read, its numbers are those of independent computations, and it is the
same whenever the files are.
"""

import json
import re
import shlex

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss, precision_recall_fscore_support, root_mean_squared_error

import glassnet
from glassnet.errors import DataError, SettingError, UnknownNameError
from glassnet.report.card import card
from glassnet.report.subject import part_and_role
from glassnet.texts import speak
from glassnet.workflows import evaluate_file, train_file, with_targets

RNG = np.random.default_rng(0)
M = 400


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Write a table with groups, an identifier and missing cells, and models of its words and of its numbers."""
    folder = tmp_path_factory.mktemp("card")
    size, town = RNG.normal(size=M), RNG.choice(["north|west", "south", ""], size=M, p=[0.6, 0.3, 0.1])
    label = np.where(size + 0.6 * RNG.normal(size=M) > 0.5, "yes", "no")
    rows = [f"r{k:04d},{size[k]:.4f},{town[k]},{label[k]},{3 * size[k] + 20:.3f}" for k in range(M)]
    (folder / "towns.csv").write_text("\n".join(["code,size,town,label,price", *rows]) + "\n", "utf-8")
    for target, name in (("label", "words"), ("price", "numbers")):
        train_file(folder / "towns.csv", target, preset="fast", epochs=4, random_state=5, drop=["town"],
                   out=folder / f"{name}.glassnet")  # fmt: skip
    return folder


def kept_rows(folder, name):
    """Return the rows that were kept for the test, as `glassnet evaluate` finds them."""
    model, dataset = with_targets(folder / f"{name}.glassnet", folder / "towns.csv")
    part, role = part_and_role(model, dataset, folder / "towns.csv", test=True)
    assert role == "kept"
    return part


def tables(text):
    """Return the tables of a card: lists of rows, each a list of cells."""
    found = re.findall(r"((?:^\|.*\|\n)+)", text, re.MULTILINE)
    split = [
        [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in each.splitlines()] for each in found
    ]
    return [[rows[0], *rows[2:]] for rows in split]


def table_of(text, title):
    return tables(text[text.index(f"## {title}") :])[0]


def test_scores_by_class_and_by_group_are_those_of_scikit_learn(folder):
    kept = kept_rows(folder, "words")
    text = card(folder / "words.glassnet", folder / "towns.csv", ["town"])
    model = glassnet.load(folder / "words.glassnet")
    y, predicted, P = kept.y, model.predict(kept.X), model.predict_proba(kept.X)
    by_class = table_of(text, "Scores by class")
    expected = np.array(precision_recall_fscore_support(y, predicted, labels=model.classes_))
    for k, label in enumerate(model.classes_):
        assert by_class[1 + k][0] == label
        np.testing.assert_allclose([float(each) for each in by_class[1 + k][2:]], expected[:3, k], atol=6e-5)
    towns = np.array([each or "" for each in kept.X["town"].to_pylist()])
    by_group = {row[0]: row for row in table_of(text, "Scores by group")[1:]}
    assert set(by_group) == {"north\\|west", "south", "(missing)"}
    for shown, town in (("north\\|west", "north|west"), ("south", "south"), ("(missing)", "")):
        mask = towns == town
        assert int(by_group[shown][1]) == mask.sum()
        assert float(by_group[shown][2]) == pytest.approx(accuracy_score(y[mask], predicted[mask]), abs=6e-5)
        expected = log_loss(y[mask], P[mask], labels=model.classes_)
        assert float(by_group[shown][4]) == pytest.approx(expected, abs=6e-5)
    curve = table_of(text, "Calibration")[1:]
    assert sum(int(row[2]) for row in curve) == len(y)
    assert sum(float(row[1]) * int(row[2]) for row in curve) == pytest.approx((y == "yes").sum(), abs=0.02)


def test_scores_of_numbers(folder):
    text = card(folder / "numbers.glassnet", folder / "towns.csv", ["town"])
    model = glassnet.load(folder / "numbers.glassnet")
    rows = {row[0]: row for row in table_of(text, "Scores by group")[1:]}
    found = evaluate_file(folder / "numbers.glassnet", folder / "towns.csv")
    assert f"| RMSE | {found.scores.values['RMSE']:.4f} |" in text
    assert set(rows) == {"north\\|west", "south", "(missing)"}
    assert "Intervals that are to hold 90% of the numbers hold" in text
    part = kept_rows(folder, "numbers")
    mask = np.array(part.X["town"].to_pylist()) == "south"
    expected = root_mean_squared_error(part.y[mask], model.predict(part.X)[mask])
    assert float(rows["south"][2]) == pytest.approx(expected, abs=6e-5)


def test_the_head_is_yaml_with_the_scores(folder):
    text = card(folder / "words.glassnet", folder / "towns.csv")
    head = text.split("---\n")[1]
    assert "library_name: glassnet" in head
    assert "pipeline_tag: tabular-classification" in head
    accuracy = float(re.search(r'type: "accuracy"\n      value: (\S+)', head)[1])
    assert f"| accuracy | {accuracy:.4f} |" in text


def test_the_line_of_the_card_trains_the_same_model(folder, glassnet_in, tmp_path):
    text = card(folder / "words.glassnet", folder / "towns.csv")
    line = re.findall(r"^glassnet train .*", text, re.MULTILINE)[-1]
    done = glassnet_in(folder, *shlex.split(line)[1:], "--out", tmp_path / "again.glassnet", "--json")
    X = glassnet.read(folder / "towns.csv", "label").X
    first, again = (
        glassnet.load(path).predict_proba(X) for path in (folder / "words.glassnet", tmp_path / "again.glassnet")
    )
    np.testing.assert_array_equal(first, again)
    assert json.loads(done.out)["target"] == "label"


@pytest.fixture
def glassnet_in(glassnet, monkeypatch):
    def run(folder, *words):
        monkeypatch.chdir(folder)
        done = glassnet(*words)
        assert done.code == 0, done.err
        return done

    return run


def test_the_command_writes_the_same_each_time_and_in_chinese(folder, glassnet_in, tmp_path):
    words = "card", "words.glassnet", "towns.csv", "--group", "town"
    first = glassnet_in(folder, *words).out
    glassnet_in(folder, *words, "--out", tmp_path / "CARD.md")
    assert (tmp_path / "CARD.md").read_text("utf-8") == first
    chinese = glassnet_in(folder, *words, "--lang", "zh").out
    speak("en")
    assert "language: zh" in chinese
    assert "## 局限" in chinese
    prose = re.sub(r"```.*?```|`[^`]*`|---\n.*?---\n", "", chinese, flags=re.DOTALL)
    numbers = re.findall(r"\d+\.\d{4}", first)
    assert re.findall(r"\d+\.\d{4}", chinese) == numbers
    left = [line for line in prose.splitlines() if re.search(r"[A-Za-z]{3,} [a-z]{2,} [a-z]{2,}", line)]
    assert left == []


def test_without_data_it_says_what_the_file_knows(folder):
    text = card(folder / "words.glassnet")
    assert "No data was given" in text
    assert "glassnet train DATA --target label" in text
    assert "Not used:" in text


def test_what_has_no_card(folder, tmp_path):
    with pytest.raises(SettingError, match="need data"):
        card(folder / "words.glassnet", groups=["town"])
    with pytest.raises(UnknownNameError, match="town"):
        card(folder / "words.glassnet", folder / "towns.csv", ["twon"])
    glassnet.Network([2, 1], seed=1).save(tmp_path / "bare.glassnet")
    with pytest.raises(DataError, match="a card is for models"):
        card(tmp_path / "bare.glassnet")


def test_a_model_of_rows_in_parts_says_what_is_known_of_them(folder, tmp_path):
    parts = tmp_path / "parts"
    parts.mkdir()
    lines = (folder / "towns.csv").read_text("utf-8").splitlines()
    for k in range(2):
        (parts / f"{k}.csv").write_text("\n".join([lines[0], *lines[1 + k :: 2]]) + "\n", "utf-8")
    model = tmp_path / "m.glassnet"
    train_file(parts, "label", epochs=2, hidden=4, random_state=0, out=model, cache=tmp_path / "blocks")
    text = card(model, parts)
    assert f"the files have {M} rows" in text
    assert "CRC-32" not in text
    assert f"{M} rows of which the model file does not say whether the networks learned from them." in text


def test_tables_and_lists_that_do_not_show_all_say_so(tmp_path):
    rows = [f"{RNG.normal():.3f},{k % 70},class number {k % 90}" for k in range(900)]
    (tmp_path / "many.csv").write_text("\n".join(["a,town,y", *rows]) + "\n", "utf-8")
    train_file(tmp_path / "many.csv", "y", epochs=1, hidden=2, random_state=0, test=0, out=tmp_path / "m.glassnet")
    text = card(tmp_path / "m.glassnet", tmp_path / "many.csv", ["town"])
    assert "The table shows 40 of 90." in text
    assert "The table shows 40 of 70." in text
    assert max(map(len, text.splitlines())) < 700
