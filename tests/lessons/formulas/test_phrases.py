"""Every sentence of `check` has its Chinese."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from glassnet.lessons import formulas
from glassnet.lessons.formulas import UnreadableFormulaError, check, exercises
from glassnet.texts import translated
from glassnet.texts.tables import is_known, masked

FOLDER = Path(formulas.__file__).parent
TABLE = tomllib.loads((FOLDER / "phrases.zh.toml").read_text("utf-8"))


def sentences():
    """Return every English sentence in the source: the first argument of `phrase`, or what is called `text`."""
    found = {each["about"] for each in exercises()}
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "phrase":
                said = node.args[0]
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("text", "LETTER"):
                said = node.value
            else:
                continue
            found |= {each.value for each in ast.walk(said) if isinstance(each, ast.Constant)}
    return {each for each in found if isinstance(each, str) and len(each) > 5 and not each.endswith(".toml")}


@pytest.mark.parametrize("sentence", sorted(sentences()))
def test_a_sentence_has_its_chinese(sentence):
    filled = re.sub(r"\{(\w+)\}", lambda name: "3" if name[1] == "column" else "Q", sentence)
    assert is_known(filled)


def test_no_row_is_left_over():
    def bare(sentence):
        return masked(re.sub(r"\{column\}", "#", sentence.replace(":words}", "}")))

    assert not {bare(row) for row in TABLE} - {bare(sentence) for sentence in sentences()}


def test_an_answer_in_chinese():
    assert [translated(line, "zh") for line in check("dW[l] = dZ[l] A[l-1]^T").lines] == [
        "错误：dW[l] = dZ[l] A[l-1]^T",
        "缺少 1/m：J 是 m 个样本的平均",
        "正确的公式：dW[l] = 1/m dZ[l] A[l-1]^T",
    ]
    with pytest.raises(UnreadableFormulaError) as error:
        check("dZ = ")
    chinese = "第 5 列：此处应为字母、数、函数或括号，却已结束；可读的写法如："
    assert translated(str(error.value), "zh").startswith(chinese)
