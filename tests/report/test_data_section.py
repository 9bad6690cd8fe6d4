"""What a report says of its data: many like columns in a line, what is missing, and which samples are a test."""

import re

import numpy as np
import pandas as pd
import pytest

from glassnet import report, workflows
from glassnet.report.texts import translate

QUICK = {"hidden": [], "epochs": 1, "random_state": 3, "engine": "numpy"}


def trained(folder, frame, name="t", **settings):
    """Write a table, train on it, and return the paths of both."""
    data, model = folder / f"{name}.csv", folder / f"{name}.glassnet"
    frame.to_csv(data, index=False)
    workflows.train_file(data, "y", out=model, **{**QUICK, **settings})
    return data, model


def section(told, title="data.title"):
    return next(each for each in told.sections if each.title.key == title)


def keys(blocks):
    return [block.text.key for block in blocks if block.kind == "paragraph" and hasattr(block.text, "key")]


def in_words(cell):
    return translate(cell, "en")


@pytest.fixture(scope="module")
def wide():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(80, 30)), columns=[f"size_{j}" for j in range(30)])
    X.loc[:7, "size_4"] = np.nan  # 10 %
    X.loc[:3, "size_9"] = np.nan  # 5 %
    return X.assign(colour=rng.choice(["red", "blue"], 80), y=rng.choice(["a", "b"], 80))


def test_thirty_like_columns_are_one_line_that_can_be_opened(wide, tmp_path):
    data, model = trained(tmp_path, wide, test=0)
    tables = [block for block in section(report.of_model(model, data)).blocks if block.kind == "table"]
    short, whole = tables[:2]
    lines = [[in_words(cell) for cell in row] for row in short.rows]
    assert [line[0] for line in lines] == ["size_0 … size_29 (30 columns)", "colour"]
    assert lines[0][1] == "number"
    assert lines[0][3] == "0.0% ... 10.0%"
    assert whole.folded
    assert not short.folded
    assert [in_words(row[0]) for row in whole.rows] == [name for name in wide if name != "y"]
    assert {in_words(row[0]): in_words(row[3]) for row in whole.rows}["size_9"] == "5.0%"
    assert sum(int(row[4]) for row in whole.rows) == sum(int(row[4]) for row in short.rows)
    page = report.to_html(report.of_model(model, data), "zh")
    assert "<details><summary>逐列列出全部 31 列</summary>" in page
    assert re.search("size_0 … size_29.共 30 列", page)


def test_few_columns_have_a_line_each(wide, tmp_path):
    data, model = trained(tmp_path, wide[["size_0", "size_1", "colour", "y"]], test=0)
    tables = [block for block in section(report.of_model(model, data)).blocks if block.kind == "table"]
    assert [row[0] for row in tables[0].rows] == ["size_0", "size_1", "colour"]
    assert not any(table.folded for table in tables)


def test_what_is_missing_is_counted_and_left_out_columns_have_reasons(wide, tmp_path):
    data, model = trained(tmp_path, wide.assign(empty=1.5, again=wide["size_0"]), drop=["again"], test=0)
    blocks = section(report.of_model(model, data)).blocks
    said = " ".join(in_words(block.text) for block in blocks if block.kind == "paragraph")
    assert "Cells are missing in 2 of 31 columns: size_4 10.0%, size_9 5.0%." in said
    assert "one more feature (0 or 1) marks them" in said
    assert "2 of 33 columns were left out:" in said
    assert "'empty' holds only the value 1.5" in said
    assert "'again' was to be left out" in said
    without = section(report.of_model(model)).blocks  # no data: what the training had
    table = next(block for block in without if block.kind == "table" and block.folded)
    assert {in_words(row[0]): in_words(row[3]) for row in table.rows}["size_9"] == "yes"
    assert {in_words(row[0]): in_words(row[3]) for row in table.rows}["size_8"] == "no"


def test_where_nothing_is_missing_that_is_said(wide, tmp_path):
    data, model = trained(tmp_path, wide[["size_0", "colour", "y"]], test=0)
    assert {"data.none_lost", "data.filled_unmarked", "data.all_used"} <= {
        *keys(section(report.of_model(model, data)).blocks)
    }


# ---------------------------------------------------------------- which samples
def test_a_score_is_a_test_only_of_samples_that_were_not_learned(wide, tmp_path):
    new = wide.assign(size_0=wide["size_0"] + 1)
    new.to_csv(tmp_path / "new.csv", index=False)
    pd.concat([new, wide[:5]]).to_csv(tmp_path / "some.csv", index=False)
    for test, name, training, key, scores in (
        (0.25, "t", None, "data.kept", "results.scores_test"),
        (0, "t", None, "data.learned", "results.scores_training"),
        (0.25, "new", None, "data.not_compared", "results.scores"),
        (0.25, "new", "t", "data.none_repeated", "results.scores_test"),
        (0, "some", "t", "data.repeated", "results.scores"),
    ):
        _, model = trained(tmp_path, wide, test=test)
        other = None if training is None else tmp_path / f"{training}.csv"
        told = report.of_model(model, tmp_path / f"{name}.csv", other)
        assert key in keys(section(told).blocks)
        captions = [block.caption.key for block in section(told, "results.title").blocks if block.kind == "table"]
        assert scores in captions
    repeated = next(
        b.text for b in section(told).blocks if b.kind == "paragraph" and getattr(b.text, "key", "") == "data.repeated"
    )
    assert repeated.values["count"] == "5"


def test_the_training_part_of_a_file_is_what_the_diagnosis_gets(wide, tmp_path):
    data, model = trained(tmp_path, wide, test=0.25)
    told = report.of_model(model, data, data)
    captions = [block.caption for block in section(told, "results.title").blocks if block.kind == "table"]
    rows = {caption.key: caption.values["rows"] for caption in captions if caption.key.startswith("results.scores")}
    assert rows == {"results.scores_test": "20", "results.scores_training": "60"}


def test_a_drawn_seed_is_recorded_and_chooses_the_same_rows(wide, tmp_path):
    data, model = trained(tmp_path, wide, random_state=None, test=0.25)
    seed = workflows.open_model(model).random_state
    told = report.of_model(model, data)
    kept = next(
        block.text for block in section(told).blocks if getattr(getattr(block, "text", None), "key", "") == "data.kept"
    )
    assert kept.values["how"].values["seed"] == str(seed)
    _, again = trained(tmp_path, wide, random_state=seed, test=0.25)
    scores = [workflows.evaluate_file(path, data).scores.values for path in (model, again)]
    assert scores[0] == scores[1]


def test_evaluate_says_that_rows_were_learned_also_beside_a_test_file(wide, tmp_path):
    wide[:20].to_csv(tmp_path / "test.csv", index=False)
    data, model = trained(tmp_path, wide[20:], test_file=tmp_path / "test.csv")
    assert "was trained on these rows" in workflows.evaluate_file(model, data).notes[0]
    assert not any("trained on" in note for note in workflows.evaluate_file(model, tmp_path / "test.csv").notes)


def test_parts_that_are_not_there_are_named_with_their_reasons(wide, tmp_path):
    data, model = trained(tmp_path, wide[["size_0", "colour", "y"]], test=0.25)

    def absent(*given):
        tables = [block for block in section(report.of_model(model, *given)).blocks if block.kind == "table"]
        found = next((table for table in tables if table.caption.key == "absent.caption"), None)
        return {} if found is None else {part.key: why.key for part, why in found.rows}

    alone = absent()
    assert alone["absent.scores"] == "absent.no_data"
    assert alone["absent.diagnosis"] == "absent.no_training"
    assert "absent.scores" not in absent(data)
    assert "absent.diagnosis" not in absent(data, data)
    one = wide[wide["y"] == "a"][["size_0", "colour", "y"]]
    one.to_csv(tmp_path / "one.csv", index=False)
    assert absent(tmp_path / "one.csv")["absent.curves"] == "absent.one_class"
