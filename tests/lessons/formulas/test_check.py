"""`check` says right of the course's formulas in every notation, and names what is wrong with others."""

import re

import pytest

from glassnet.lessons.formulas import UnreadableFormulaError, check, exercises
from glassnet.lessons.formulas.book import rows

ROWS = rows()
NOTATIONS = ("plain", "numpy", "latex")


@pytest.mark.parametrize("row", range(len(ROWS)), ids=lambda k: ROWS[k]["plain"])
@pytest.mark.parametrize("notation", NOTATIONS)
def test_the_course_is_right_in_three_notations(row, notation):
    answer = check(ROWS[row][notation])
    assert answer.right, answer
    assert answer.from_code is None or answer.from_code < 1e-12
    assert answer.from_differences is None or answer.from_differences < 1e-8


def test_the_course_covers_weeks_2_to_4():
    assert {row["week"] for row in ROWS} == {2, 3, 4}
    assert all(set(NOTATIONS) <= set(row) for row in ROWS)


SLOPES = [row for row in ROWS if row["plain"].startswith(("d", "∂", "W[l] :", "b[l] :", "w :", "b :"))]


@pytest.mark.parametrize("row", [row for row in SLOPES if ":" not in row["plain"].replace(":=", "")],
                         ids=lambda row: row["plain"])  # fmt: skip
def test_slopes_are_compared_with_central_differences(row):
    assert check(row["plain"]).from_differences is not None


# ---------------------------------------------------------------- as notes, courses and forums write them
AS_WRITTEN = [
    r"d{{z}^{[l]}}=d{{a}^{[l]}}*{{g}^{[l]}}'( {{z}^{[l]}})",
    r"d{{a}^{[l-1]}}={{w}^{\left[ l \right]T}}\cdot {{dz}^{[l]}}",
    r"d{{W}^{[l]}}=\frac{1}{m}\text{}d{{Z}^{[l]}}\cdot {{A}^{\left[ l-1 \right]T}}",
    r"d{{b}^{[l]}}=\frac{1}{m}\text{ }np.sum(d{{Z}^{[l]}},axis=1,keepdims=True)",
    r"{{A}^{[l]}}={{g}^{[l]}}{({Z}^{[l]})}",
    r"$dW^{[l]} = {1 \over m}dZ^{[l]}A^{[l-1]T}$",
    r"dW^{[l]} = \frac{\partial \mathcal{J} }{\partial W^{[l]}} = \frac{1}{m} dZ^{[l]} A^{[l-1] T} \tag{8}",
    r"W^{[l]} = W^{[l]} - \alpha \text{ } dW^{[l]} \tag{16}",
    r"\frac{\partial \mathcal{J} }{ \partial z_{2}^{(i)} } = \frac{1}{m} (a^{[2] (i)} - y^{(i)})",
    r"\frac{\partial \mathcal{J} }{ \partial z_{1}^{(i)} } = "
    r"W_2^T \frac{\partial \mathcal{J} }{ \partial z_{2}^{(i)} } * ( 1 - a^{[1] (i) 2})",
    r"z^{[1](1)} = W^{[1]} x^{(1)} + b^{[1]}",
    r"\mathrm{d}Z = A - Y",
    "dL/dz = dL/da * da/dz",
    "dz[1] = (w[2])T dz[2] * g[1]' (z[1])",
    "dZ^[1] = ((W^[2]).T) (dZ^[2]) * g’(Z^[1])",
    "dA^[l-1]=W^[l]T . dZ^[l]",
    "z = wTx + b",
    "Z = w^{T}X + b = np.dot( w.T,X)+b",
    "w: = w - α*dw",
    "shape(b^{[l]}) = (n^{[l]}, 1)",
    "Z1, A1: n[1] x m",
    "dW[l], W[l]: (n[l], n[l-1])",
    "dZ = relu_backward(dA, Z)",
    "dZ = dA * sigmoid(Z) * (1 - sigmoid(Z))",
    "J = - np.dot(Y, np.log(AL).T)/m - np.dot(1-Y, np.log(1-AL).T)/m",
    "cost = np.mean(-(Y * np.log(AL) + (1-Y) * np.log(1-AL)))",
    "dw += x(i) * dz(i)",
    "J += -(y(i) * log(a(i)) + (1-y(i)) * log(1-a(i)))",
    "W -= alpha * dW",
    "W1 = np.random.randn(n_h, n_x) * 0.01",
    "g'(z) = a(1－a)",
    "ŷ＝σ（wᵀx＋b）",
    "a = g(z)",
    "z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}",
    r"w := w - \alpha\frac{\partial J(w,b)}{\partial w}",
    r"J(w,b)=-\frac{1}{m}\sum_{i=1}^m[y^{(i)}\log\hat y^{(i)}+(1-y^{(i)})\log(1-\hat y^{(i)})]",
    r"\frac{d}{dz}g(z) = g(z)(1-g(z))",
    r"\frac{dg(z)}{dz} = a(1-a)",
    "g(z)^{'} = 1 - (tanh(z))^{2}",
    "d/dz tanh(z) = 1 - tanh(z)^2",
    "a = tanh(z) = (e^z - e^{-z})/(e^z + e^{-z})",
    "dZ1 = np.multiply(np.dot(W2.T, dZ2), np.int64(A1 > 0))",
    "dAL = (AL - Y) / (AL * (1 - AL))",
    "w = np.zeros((X.shape[0], 1))",
    "db[l] = 1/m Σ dZ[l]",
    "dz1 = W2ᵀ dz2 ⊙ (1 − a1²)",
    "W ← W − α dW",
    "parameters['b' + str(l)] = np.zeros((layer_dims[l], 1))",
]


@pytest.mark.parametrize("formula", AS_WRITTEN)
def test_right_as_notes_write_it(formula):
    assert check(formula).right, check(formula)


# ---------------------------------------------------------------- wrong ones, and what must be said of them
WRONG = {
    "dA = -Y/A + (1-Y)/(A*(1-A))": "A in (A*(1-A)) is one factor too many",
    "dA = Y/A + (1-Y)/(1-A)": "the sign of Y/A is wrong",
    "dA = -(Y/A + (1-Y)/(1-A))": "the sign of (1-Y)/(1-A) is wrong",
    "dA = Y/A - (1-Y)/(1-A)": "the sign of the whole right side is wrong",
    "dAL = - np.divide(Y, AL) - np.divide(1 - Y, 1 - AL)": "the sign of np.divide(1 - Y, 1 - AL) is wrong",
    "dZ = Y - A": "the sign of the whole right side is wrong",
    "dZ[l] = A[l] - Y": "it holds for the output layer only",
    "dZ = 2 * (A - Y)": "the result is 2 times what is right",
    "z[l] = W[l]A[l]": "A[l] has the wrong index: A[l-1] belongs here",
    "Z[l] = W[l] A[l-1]": "the term b[l] is missing",
    "Z[l] = W[l] A[l-1] - b[l]": "the sign of b[l] is wrong",
    "Z[l] = W[l] * A[l-1] + b[l]": "W[l] * A[l-1] multiplies entry by entry: a matrix product is meant",
    "Z[l] = A[l-1] W[l] + b[l]": "the factors A[l-1] and W[l] stand in the wrong order",
    "Z[l] = W[l]^T A[l-1] + b[l]": "W[l]^T must not be transposed",
    "Z[l] = W[l] X + b[l]": "X stands where A[l-1] belongs",
    "Z[l] = W[l-1] A[l-1] + b[l]": "W[l-1] has the wrong index: W[l] belongs here",
    "z = w x + b": "w must be transposed",
    "A[l] = g[l](A[l-1])": "A[l-1] stands where Z[l] belongs",
    "W: (n[0], n[1])": "W has the shape (n[1], n[0]): rows and columns are exchanged",
    "W[l]: (n[l-1], n[l])": "W[l] has the shape (n[l], n[l-1]): rows and columns are exchanged",
    "b[l]: (n[l-1], 1)": "b[l] has the shape (n[l], 1), not (n[l-1], 1)",
    "b1: (n1,)": "b1 has the shape (n[1], 1), with two sizes, not (n[1],)",
    "W1 = np.random.randn(n_x, n_h) * 0.01": "W1 has the shape (n[1], n[0]): rows and columns are exchanged",
    "dz[l] = W[l+1] dz[l+1] * g'(z)": "W[l+1] must be transposed",
    "dZ[l] = W[l+1]^T dZ[l+1] * g[l+1]'(Z[l+1])": "g[l+1]'(Z[l+1]) has the wrong index: [l] belongs there",
    "dZ[l] = W[l]^T dZ[l+1] * g[l]'(Z[l])": "W[l]^T has the wrong index: W[l+1] belongs here",
    "dZ[l] = W[l+1]^T dZ[l+1]": "the factor g[l]'(Z[l]) is missing",
    "dZ[l] = dA[l] * g[l]'(A[l])": "A[l] stands where Z[l] belongs",
    "dZ[l] = dA[l] * g[l](Z[l])": "g[l](Z[l]) is the function: its derivative belongs here",
    "dZ[l] = dZ[l+1] * g[l]'(Z[l])": "dZ[l+1] stands where dA[l] belongs",
    "dZ1 = np.dot(np.dot(W2.T, dZ2), 1 - np.power(A1, 2))": "the product entry by entry (* or ⊙) is meant",
    "dZ1 = np.dot(W2.T, np.dot(dZ2, 1 - np.power(A1, 2)))": "is multiplied entry by entry (*) at last",
    "dZ1 = W2.T * dZ2 * (1 - np.power(A1, 2))": "W2.T * dZ2 multiplies entry by entry: a matrix product is meant",
    "dZ1 = np.dot(W2.T, dZ1) * (1 - np.power(A1, 2))": "dZ1 has the wrong index: dZ[2] belongs here",
    "dZ1 = np.dot(W2.T, dZ2) * (1 - A1)": "A1 must be squared",
    "dA[l-1] = dZ[l] W[l]^T": "the factors dZ[l] and W[l]^T stand in the wrong order",
    "dA[l] = W[l]^T dZ[l]": "the right side is dA[l-1], not dA[l]",
    "dW[l] = dZ[l] A[l-1]^T": "1/m is missing",
    "dW[l] = 1/m 1/m dZ[l] A[l-1]^T": "1/m is one factor too many",
    r"dW^{[l]} = \frac{1}{m} dZ^{[l]} A^{[l-1]}": "A^{[l-1]} must be transposed",
    r"dW^{[l]} = \frac{1}{m} dZ^{[l]} A^{[l]T}": "A^{[l]T} has the wrong index: A[l-1] belongs here",
    "dW = 1/m * dZ * A_prev.T": "1/m * dZ * A_prev.T multiplies entry by entry: a matrix product is meant",
    "dW = 1/m dZ^T A_prev": "the transpose belongs on A_prev",
    "dW2 = 1/m * np.dot(dZ2, A2.T)": "A2 has the wrong index: A[1] belongs here",
    "db = 1/m * np.sum(dZ, axis=0, keepdims=True)": "axis=0 sums over the units",
    "db = 1/m * np.sum(dZ, axis=1)": "keepdims=True is missing",
    "db = np.sum(dZ, axis=1, keepdims=True)": "1/m is missing",
    "db[l] = 1/m dZ[l]": "the sum over the samples is missing",
    "db = 1/m * np.mean(dZ, axis=1, keepdims=True)": "1/m is one factor too many",
    "dw = 1/m X (A-Y)": "(A-Y) must be transposed",
    r"dw = \frac{1}{m}*X*dz^{T}": "multiplies entry by entry: a matrix product is meant",
    "J = 1/m Σ_i (y(i) log a(i) + (1-y(i)) log(1-a(i)))": "the sign of the whole right side is wrong",
    "J = -1/m Σ_i (y(i) log a(i) + (1-y(i)) log(a(i)))": "a(i) stands where 1 - a(i) belongs",
    "J = -1/m Σ_i y(i) log a(i) + (1-y(i)) log(1-a(i))": "brackets are missing around y(i) log a(i) + ",
    "J = -np.sum(Y * np.log(A) + (1-Y) * np.log(1-A))": "1/m is missing",
    "J = -1/(2*m) * np.sum(Y * np.log(AL) + (1-Y) * np.log(1-AL))": "the result is 1/2 of what is right",
    "J = -1/m * np.sum(Y * np.log10(AL) + (1-Y) * np.log10(1-AL))": "log10 stands where log belongs",
    "W[l] = W[l] + alpha * dW[l]": "the sign of alpha * dW[l] is wrong",
    "W[l] = W[l] - dW[l]": "the factor α is missing",
    "b[l] = b[l] - α dW[l]": "dW[l] stands where db[l] belongs",
    "w := w - a dw": "a stands where α belongs",
    "σ(z) = 1/(1+e^z)": "the sign of the exponent z is wrong",
    "σ(z) = 1 / 1 + e^(-z)": "brackets are missing around 1 + e^(-z)",
    "σ'(z) = a(1+a)": "the sign of a is wrong",
    "tanh'(z) = 1 - tanh(z)": "tanh(z) must be squared",
    "relu(z) = min(0, z)": "min(0, z) stands where max(...) belongs",
    "m = X.shape[0]": "shape[0] counts the rows",
    "dA[L] = A[L] - Y": "the right side is dZ[L], not dA[L]",
    "dA = -Y*log(A) - (1-Y)*log(1-A)": "the right side is L, not dA",
    "dA = -A/Y + (1-Y)/(1-A)": "numerator and denominator of -A/Y are exchanged",
    "dZ2 = A1 - Y": "A1 has the wrong index: A[2] belongs here",
    "dZ[l] = dA[l] * Z[l]": "Z[l] stands where g'(Z[l]) belongs",
    "dZ[l] = dA[l] @ g[l]'(Z[l])": "the product entry by entry (* or ⊙) is meant",
    "dA_prev = np.dot(dZ, W.T)": "the factors dZ and W.T stand in the wrong order",
    "dA_prev = np.dot(W, dZ)": "W must be transposed",
    "dW1 = 1/m * np.dot(dZ1, A1.T)": "A1 has the wrong index: X belongs here",
    "dW2 = np.dot(dZ2, A1.T) / X.shape[0]": "shape[0] counts the rows",
    "dw = 1/m * np.dot(X.T, (A-Y))": "the transpose belongs on (A-Y), not on X",
    "db = dZ": "the mean over the samples is missing",
    "Z1 = np.dot(X, W1) + b1": "the factors X and W1 stand in the wrong order",
    "Z2 = np.dot(W2, X) + b2": "X stands where A[1] belongs",
    "Z2 = np.dot(W2, Z1) + b2": "Z1 stands where A[1] belongs",
    "A2 = sigmoid(Z1)": "Z1 has the wrong index: Z[2] belongs here",
    "A2 = np.tanh(Z2)": "np.tanh(Z2) stands where sigmoid(...) belongs",
    "J = -1/m * np.sum(Y * np.log(AL))": "the term (1 - Y) * np.log(1 - AL) is missing",
    "W = alpha * dW": "W[l] - ... is missing",
    "tanh(z) = (e^z + e^(-z))/(e^z - e^(-z))": "numerator and denominator",
    "g'(z) = a(1 - a)^2": "the power in (1 - a)^2 is one too many",
    "relu(z) = max(1, z)": "1 stands where 0 belongs",
    "Z[l]: (m, n[l])": "rows and columns are exchanged",
}  # fmt: skip


@pytest.mark.parametrize("formula", WRONG)
def test_a_mistake_is_named(formula):
    answer = check(formula)
    assert not answer.right
    assert WRONG[formula] in answer.how[0], answer
    assert 1 <= len(answer.how) <= 2


@pytest.mark.parametrize("formula", WRONG)
def test_the_formula_that_is_given_instead_is_right(formula):
    textbook = check(formula).textbook
    assert textbook
    assert check(textbook).right


def test_a_shape_that_does_not_fit_is_written_out():
    assert "W[l] (n[l], n[l-1]) times A[l] (n[l], m)" in str(check("Z[l] = W[l] A[l] + b[l]"))
    assert "db is (n[l], 1), the right side is (1, m)" in str(check("db = 1/m * np.sum(dZ, axis=0, keepdims=True)"))


def test_the_notation_of_the_answer_is_that_of_the_question():
    assert check("dW[l] = dZ[l] A[l-1]^T").textbook == "dW[l] = 1/m dZ[l] A[l-1]^T"
    assert check("dW2 = np.dot(dZ2, A1.T)").textbook == "dW2 = 1/m * np.dot(dZ2, A1.T)"
    assert check(r"dW^{[l]} = dZ^{[l]} A^{[l-1]T}").textbook == r"dW^{[l]} = \frac{1}{m} dZ^{[l]} A^{[l-1]T}"


def test_other_conventions_are_right_with_a_remark():
    for formula, remark in {
        "dZ = 1/m (A - Y)": "1/m of J itself",
        "db = 1/m * np.sum(dZ)": "one output unit",
        "dZ[l] = dA[l] g[l]'(Z[l])": "* or ⊙",
        "dZ = dA * (1 - A**2)": "g is tanh",
    }.items():
        answer = check(formula)
        assert answer.right, answer
        assert remark in " ".join(answer.remarks)


@pytest.mark.parametrize("misprint", exercises(), ids=lambda each: each["formula"])
def test_every_exercise_is_wrong_for_the_reason_in_its_row(misprint):
    answer = check(misprint["formula"])
    assert not answer.right
    assert re.fullmatch(re.sub(r"\\{\w+\\}", ".+", re.escape(misprint["mistake"])), answer.how[0])


# ---------------------------------------------------------------- what cannot be read
UNREADABLE = {
    "": ["empty"],
    "   ": ["empty"],
    "dZ": ["expected '='", "column 3"],
    "dZ = ": ["the end"],
    "dQ = A - Y": ["unknown name dQ", "column 1"],
    "dZ = Aa*": ["column 9"],
    "dZ = np.dott(W, X)": ["np.dot", "column 6"],
    r"dZ = \fracc{1}{m}": [r"\fracc", "frac"],
    "X = W": ["expected one of"],
    "dZ = dZ": ["both sides are the same"],
    "dZ = A - Y)": ["column 11"],
    "W12 = W12 - α dW12": ["up to 9"],
    "dW[k] = 1": ["unknown name k", "column 4"],
    "dW[m] = 1": ["[l]", "'m'"],
    "A -": ["'='"],
    "W: (A, 1)": ["sizes"],
    "J = Σ Σ x(i)": ["a sum within a sum"],
    "dZ = A - Y" + " " * 5 + "+ A" * 200: ["300 characters"],
}


@pytest.mark.parametrize("text", UNREADABLE, ids=lambda text: text[:20])
def test_what_cannot_be_read_is_one_line_with_its_place_and_a_form_that_can(text):
    with pytest.raises(UnreadableFormulaError) as error:
        check(text)
    message = str(error.value)
    assert "\n" not in message
    assert len(message) <= 480
    for words in UNREADABLE[text]:
        assert words in message
    assert check(message.split("a form that is read: ")[1]).right
