"""`glassnet look` says what is read and decided of each column, and how to change it, in the width of the terminal."""

import json

import pytest
from rich.cells import cell_len


@pytest.fixture
def patients(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = ["编号;入院日期;剂量;name of a column that is quite long, with a comma;empty;target"]
    for i in range(60):
        lines.append(f"{1000 + i};{i % 28 + 1:02}/02/2017;{i * 0.37:.2f};{['red', 'green', 'blue'][i % 3]};;{i % 2}")
    (tmp_path / "患者.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return "患者.csv"


def test_each_column_is_shown_with_its_kind_and_what_it_holds(glassnet, patients):
    answer = glassnet("look", patients, "--target", "target")
    assert answer.code == 0, answer.err
    assert "60 rows, 5 columns" in answer.out
    assert "Target    target: classes; 2 classes: 0 30, 1 30" in answer.out
    for held in ("date", "2017-02-01 to", "0 to 21.83", "blue 20", "not used"):
        assert held in answer.out
    assert "holds no value (--keep empty)" in answer.out
    assert not list(__import__("pathlib").Path().glob("*.glassnet"))  # nothing is trained


@pytest.mark.parametrize("columns", [60, 80, 140])
def test_it_fits_the_terminal_and_chinese_names_are_aligned(glassnet, patients, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = glassnet("look", patients).out.splitlines()
    assert max(map(cell_len, lines)) <= columns
    head = next(j for j, line in enumerate(lines) if line.startswith("column "))
    starts = {cell_len(line[: line.index("% ")]) for line in lines[head:] if "0.0% " in line and line[0] != " "}
    assert len(starts) == 1


def test_json_has_all_of_it(glassnet, patients):
    found = json.loads(glassnet("look", patients, "--json", "--id", "编号", "--categorical", "剂量").out)
    columns = {each["name"]: each for each in found["columns"]}
    assert columns["编号"]["kind"] == "id"
    assert columns["剂量"]["kind"] == "category"
    assert columns["入院日期"]["kind"] == "date"
    assert columns["empty"]["reason"] == "holds no value"
    assert columns["empty"]["missing"] == 1
    assert columns["剂量"]["distinct"] == 60
    assert found["reading"]["separator"] == ";"
    assert found["likely_target"] == "target"
    assert columns["入院日期"]["change"] == "--date '入院日期'=FORMAT"


def test_a_target_is_proposed_and_never_guessed(glassnet, patients):
    answer = glassnet("train", patients)
    assert answer.code == 2
    assert "(perhaps --target target)" in answer.err
    assert "编号" in answer.err


def test_a_model_is_no_data(glassnet, patients):
    assert glassnet("train", patients, "--target", "target", "--epochs", 1, "--preset", "fast").code == 0
    assert "is a model, not data: `glassnet inspect` opens it" in glassnet("look", "患者.glassnet").err


def test_categories_of_many_rows_are_counted(glassnet, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    colours = "".join(f"{['red', 'green'][i % 2]},{i % 7}\n" for i in range(3000))
    (tmp_path / "many.csv").write_text("colour,n\n" + colours)
    columns = json.loads(glassnet("look", "many.csv", "--json").out)["columns"]
    assert [each["distinct"] for each in columns] == [2, 7]


def test_numbers_with_fractions_are_no_classes(glassnet, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,y\n" + "".join(f"{i},{i % 3 + 0.5}\n" for i in range(30)))
    for command in ("look", "train"):
        answer = glassnet(command, path, "--target", "y", "--task", "classes")
        assert answer.code == 2
        assert "the target holds numbers such as 0.5: estimate them as numbers" in answer.err


def test_the_mean_of_very_large_numbers_is_a_number(glassnet, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,y\n" + "".join(f"{i},{1.5e308 if i % 2 else 0.5e308}\n" for i in range(30)))
    assert "mean 1e+308" in glassnet("look", path, "--target", "y").out
