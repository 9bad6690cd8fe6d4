"""What the commands print is in the language that is asked for, in lines that fit; errors and JSON stay as they are."""

import json
import re

import pytest

from glassnet.text_table import width_of

# What is no English sentence: commands and options, names of files, functions, engines, recipes, the table's own words.
NAMES = (
    r"\$ glassnet.*",
    r"(python -m )?glassnet( [a-z]+( NAME)?)?",
    r"--[a-z-]+( [\w.]+)?",
    r'pip install "[^"]*"',
    r"\S*\.(glassnet|csv|npz|svg|py|h5|json|html)|/\S+|\w+_\w+|'[^']*'|Tabular\w+",
    r"\b(engine|auto|native|numpy|torch|cuda|sse2|avx2|avx512|alpha|lambda|relu|tanh|silu|sigmoid|softmax|identity|leaky|"
    r"softplus|normal|sqrt|likelihood|Brier|none|float32|float64|train|solved|linear|simple|"
    r"deep|size|weight|colour|label|small|big|red|green|blue)\b",
)
ENGLISH = re.compile("|".join(NAMES))


def english_left(text):
    """Return the English words of a text, but for names."""
    return re.findall(r"[a-z]{4,}", ENGLISH.sub("", text))


@pytest.fixture
def chinese(glassnet, monkeypatch):
    """Return a function that runs a command in Chinese and returns what it prints."""
    monkeypatch.setenv("GLASSNET_LANG", "zh")
    monkeypatch.setenv("COLUMNS", "80")

    def command(*words):
        answer = glassnet(*words)
        assert answer.code in (0, 2, 3), answer.err
        return answer.out

    return command


@pytest.fixture
def model(table, glassnet, two_epochs):
    glassnet("train", table, "--target", "label", "--out", "m.glassnet")
    return "m.glassnet"


def test_the_commands_speak_chinese(table, model, chinese):
    for words in (
        ("train", table, "--target", "label", "--out", "other.glassnet"),
        ("evaluate", model, table),
        ("evaluate", model, table, "--cv", "2"),
        ("inspect", model, table, "--row", "2"),
        ("inspect", model),
        ("look", table, "--target", "label"),
        ("predict", model, table, "--out", "p.csv"),
        ("explain", model, table),
        ("explain", model, table, "--row", "2"),
        ("explain", model, table, "--column", "size,colour"),
        ("engines",),
        ("experiment", "likelihood", "--size", "small"),
    ):
        said = chinese(*words)
        assert re.search("[\u4e00-\u9fff]", said), words
        assert english_left(said) == [], f"{words}\n{said}"


def test_a_page_speaks_chinese(table, model, chinese):
    chinese("inspect", model, table, "--page", "t.html")
    page = (table.parent / "t.html").read_text("utf-8")
    assert '<html lang="zh-CN">' in page
    assert "每列一个样本" in page
    assert "one column per sample" not in page


def test_help_speaks_the_language_of_its_option_and_keeps_to_80_cells(chinese, glassnet):
    for words in (("--help",), ("train", "--help"), ("predict", "--help"), ("inspect", "--lang", "zh", "--help")):
        said = chinese(*words)
        assert "用法：" in said
        assert "显示本帮助并退出" in said
        assert max(map(width_of, said.splitlines())) <= 80
        assert "…" not in said.replace("……", "")
    assert "Usage:" in glassnet("inspect", "--lang", "en", "--help").out
    assert "Options" in glassnet("train", "--lang", "en", "--help").out


def test_the_option_wins_over_the_variable_and_ends_with_its_command(table, glassnet, monkeypatch):
    assert "行" in glassnet("look", table, "--lang", "zh").out
    assert "rows" in glassnet("look", table).out
    monkeypatch.setenv("GLASSNET_LANG", "zh")
    assert "rows" in glassnet("look", table, "--lang", "en").out
    monkeypatch.delenv("GLASSNET_LANG")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "行" in glassnet("look", table).out


def test_json_is_the_same_in_every_language(table, model, glassnet):
    for words in (("inspect", model), ("look", table), ("evaluate", model, table), ("experiment",)):
        documents = [glassnet(*words, "--json", "--lang", lang).out for lang in ("en", "zh")]
        assert json.loads(documents[0]) == json.loads(documents[1])


def test_errors_stay_english_for_programs_that_read_them(glassnet, monkeypatch):
    monkeypatch.setenv("GLASSNET_LANG", "zh")
    answer = glassnet("inspect", "nowhere.glassnet")
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert answer.err.startswith("glassnet: nowhere.glassnet: no such file")


@pytest.mark.parametrize("words", [("look", "x.csv", "--lang", "fr"), ("report", "x.glassnet", "--lang", "klingon")])
def test_a_language_that_is_not_spoken_is_refused(glassnet, words):
    answer = glassnet(*words)
    assert answer.code == 2
    assert answer.err == f"glassnet: unknown language {words[-1]!r}; known: en, zh\n"


def test_a_checked_formula_in_chinese(glassnet, monkeypatch):
    monkeypatch.setenv("GLASSNET_LANG", "zh")
    answer = glassnet("check", "dW[l] = dZ[l] A[l-1]^T")
    assert (answer.code, answer.out.splitlines()[1]) == (3, "  缺少 1/m：J 是 m 个样本的平均")
    answer = glassnet("check", "dZ = ")
    assert (answer.code, answer.err[:24]) == (2, "glassnet: 第 5 列：此处应为字母、数")
    assert "印刷错误" in glassnet("check").out


def test_a_grade_in_chinese(tmp_path, chinese):
    (tmp_path / "g.py").write_text("import numpy as np\n\ndef sigmoid(z):\n    return 1 / (1 + np.exp(-z))\n")
    said = chinese("grade", tmp_path / "g.py")
    assert "正确" in said
    assert "1 个函数中有 1 个正确" in said
