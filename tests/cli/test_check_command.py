"""`glassnet check`: the verdict in words and in the exit code, a document for machines, the exercises."""

import json

import pytest

from glassnet.lessons.formulas import exercises


def test_right_wrong_and_unreadable(glassnet):
    answer = glassnet("check", "dZ[l] = W[l+1]^T dZ[l+1] * g[l]'(Z[l])")
    assert answer.code == 0
    assert answer.out.startswith("right: ")
    answer = glassnet("check", "dA = -Y/A + (1-Y)/(A*(1-A))")
    assert answer.code == 3
    assert answer.out.splitlines() == [
        "wrong: dA = -Y/A + (1-Y)/(A*(1-A))",
        "  A in (A*(1-A)) is one factor too many",
        "  right is: dA[L] = -Y/A[L] + (1 - Y)/(1 - A[L])",
    ]
    assert answer.err == ""
    answer = glassnet("check", "dQ = A - Y")
    assert answer.code == 2
    assert answer.out == ""
    assert answer.err.count("\n") == 1
    assert "column 1: unknown name dQ" in answer.err
    assert "a form that is read: dZ = A - Y" in answer.err


def test_a_document_for_machines(glassnet):
    answer = glassnet("check", "dW[l] = dZ[l] A[l-1]^T", "--json")
    assert answer.code == 3
    document = json.loads(answer.out)
    assert document["right"] is False
    assert document["how"] == ["1/m is missing: J is the mean over the m samples"]
    assert document["textbook"] == "dW[l] = 1/m dZ[l] A[l-1]^T"
    answer = glassnet("check", "dZ = A - Y", "--json")
    assert answer.code == 0
    assert json.loads(answer.out)["from_differences"] < 1e-8


def test_without_a_formula_the_exercises_are_listed(glassnet):
    answer = glassnet("check")
    assert answer.code == 0
    for each in exercises():
        assert each["formula"] in answer.out
        assert each["mistake"] not in answer.out
    listed = json.loads(glassnet("check", "--json").out)
    assert [each["formula"] for each in listed] == [each["formula"] for each in exercises()]


@pytest.mark.parametrize("formula", ["dZ1 = np.dot(W2.T, np.dot(dZ2, 1 - np.power(A1, 2)))", "dw = 1/m X (A - Y)"])
def test_what_is_said_fits_80_columns(glassnet, formula):
    assert all(len(line) < 80 for line in glassnet("check", formula).out.splitlines())


def test_in_chinese(glassnet):
    answer = glassnet("check", "dW[l] = dZ[l] A[l-1]^T", "--lang", "zh")
    assert answer.code == 3
    assert "  缺少 1/m：J 是 m 个样本的平均" in answer.out.splitlines()
    assert "（第 2 周）" in glassnet("check", "--lang", "zh").out
    answer = glassnet("check", "dZ = ", "--lang", "zh")
    assert answer.code == 2
    assert "可读的写法如：" in answer.err
