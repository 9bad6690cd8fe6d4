"""What notes write: letters, names, functions and signs, and what each means. Tables only."""

from typing import NamedTuple


class Name(NamedTuple):
    """What a letter stands for: the array's letter, and its layer where the name says it: "L", or "-1" for l-1."""

    letter: str
    layer: str = ""


LAYERED = ("Z", "A", "W", "b", "dZ", "dA", "dW", "db", "z", "a", "w", "dz", "da", "dw", "g", "n")

# ---------------------------------------------------------------- names of arrays and sizes
NAMES: dict[str, Name] = {
    **{letter: Name(letter) for letter in LAYERED if letter != "g"},
    **{letter: Name(letter) for letter in ("X", "Y", "x", "y", "dX", "dx", "J", "L", "dJ", "dL", "m", "e", "T", "R")},
    **{letter: Name("alpha") for letter in ("alpha", "learning_rate", "lr", "eta")},
    **{letter: Name("Yhat") for letter in ("Yhat", "Y_hat")},
    **{letter: Name("yhat") for letter in ("yhat", "y_hat")},
    **{letter: Name("dYhat") for letter in ("dYhat", "dyhat")},
    **{letter: Name(letter[:-5], "-1") for letter in ("A_prev", "a_prev", "dA_prev", "da_prev")},
    **{letter: Name(letter[:-1], "L") for letter in ("AL", "ZL", "dAL", "dZL", "WL", "bL", "dWL", "dbL", "aL", "zL")},
    **{letter: Name("J") for letter in ("cost", "Cost")},
    **{letter: Name("L") for letter in ("loss", "Loss", "ell")},
    **{letter: Name("db") for letter in ("dB",)},
    **{letter: Name("b") for letter in ("B",)},
    "n_x": Name("n", "0"), "n_h": Name("n", "1"), "n_y": Name("n", "L"), "nx": Name("n", "0"), "nh": Name("n", "1"),
    "ny": Name("n", "L"), "layer_dims": Name("n"), "layers_dims": Name("n"), "dW_prev": Name("dW", "-1"),
    "prev": Name("prev"), "l": Name("l"), "i": Name("i"), "j": Name("j"), "True": Name("1"), "False": Name("0"),
    "if": Name("if"), "else": Name("else"), "otherwise": Name("else"), "for": Name("if"),
    "dg": Name("dg"), "axis": Name("axis"), "keepdims": Name("keepdims"),
}  # fmt: skip

# ---------------------------------------------------------------- functions
ACTIVATIONS = {"sigmoid": "sigmoid", "sigma": "sigmoid", "tanh": "tanh", "relu": "relu", "ReLU": "relu",
               "RELU": "relu", "Relu": "relu", "leaky_relu": "leaky_relu", "leakyrelu": "leaky_relu",
               "g": "g"}  # fmt: skip
FUNCTIONS: dict[str, str] = {
    **ACTIVATIONS,
    **{name: name for name in ("exp", "log", "log10", "log2", "sqrt", "abs", "sum", "mean", "squeeze", "where")},
    **{name: name for name in ("dot", "multiply", "divide", "add", "subtract", "power", "square", "transpose")},
    "ln": "log", "matmul": "dot", "max": "maximum", "maximum": "maximum", "min": "minimum", "minimum": "minimum",
    "array": "same", "int": "same", "float": "same", "asarray": "same",
    "int64": "same", "float64": "same", "float32": "same", "negative": "negative",
    "relu_backward": "relu_backward", "sigmoid_backward": "sigmoid_backward", "randn": "draw", "random.randn": "draw",
    "zeros": "draw", "ones": "draw", "dim": "shape", "shape": "shape",
}  # fmt: skip
METHODS = ("T", "dot", "sum", "mean", "shape", "transpose")

# ---------------------------------------------------------------- signs
CHARACTERS: dict[str, str] = {  # one character of notes -> one that is read
    **dict(zip("（）［］【】，：＝＋－＊／、", "()[][],:=+-*/,", strict=True)),
    **dict.fromkeys("−–—", "-"), **dict.fromkeys("⋅∙•", "·"), **dict.fromkeys("∘◦○", "⊙"), **dict.fromkeys("′’‘`", "'"),
    **dict.fromkeys("ℒ𝓛ℓ", "L"), **dict.fromkeys("\xa0\t\n\r", " "),
    "∗": "*", "÷": "/", "∑": "Σ", "⊤": "ᵀ", "←": "≔", "ℝ": "R", "𝒥": "J",
}  # fmt: skip
GREEK = {"σ": "sigmoid", "α": "alpha", "η": "alpha", "ŷ": "yhat", "Ŷ": "Yhat"}
SMALL = {"⁰": 0, "¹": 1, "²": 2, "³": 3, "⁴": 4, "₀": 0, "₁": 1, "₂": 2, "₃": 3, "₄": 4}  # raised or lowered figures
RAISED = "⁰¹²³⁴"

WITHOUT_MEANING = (  # commands of LaTeX that say how something looks
    "left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "bigg", "biggl", "biggr", "large", "Large", "small",
    "normalsize", "rm", "bf", "it", "text", "displaystyle", "textstyle", "scriptstyle", "limits", "nonumber", "quad",
    "qquad", "mathbf", "boldsymbol", "bm", "mathcal", "mathrm", "mathit", "mathbb", "mathscr", "mathsf", "textbf",
    "textit", "texttt", "textrm", "operatorname", "tag", "label", "color",
)  # fmt: skip
COMMANDS: dict[str, str] = {  # LaTeX: what a command is read as; "" says nothing
    **dict.fromkeys(WITHOUT_MEANING, ""),
    **dict.fromkeys(("frac", "dfrac", "tfrac", "cfrac"), "frac"),
    "cdot": "·", "times": "×", "odot": "⊙", "circ": "⊙", "ast": "*", "otimes": "⊙", "partial": "∂", "sum": "Σ",
    "prime": "'", "top": "ᵀ", "intercal": "ᵀ", "in": "∈", "gets": "≔", "leftarrow": "≔", "colon": ":", "coloneqq": "≔",
    "ge": ">=", "geq": ">=", "geqslant": ">=", "le": "<=", "leq": "<=", "leqslant": "<=", "gt": ">", "lt": "<",
    "lbrace": "(", "rbrace": ")", "lbrack": "[", "rbrack": "]", "alpha": "alpha", "eta": "alpha", "sigma": "sigmoid",
    "ell": "L", "log": "log", "ln": "log", "exp": "exp", "max": "max", "min": "min", "tanh": "tanh",
    "begin": "begin", "end": "end", "hat": "hat", "widehat": "hat", "sqrt": "sqrt", "bullet": "·", "over": "over",
}  # fmt: skip

# What the letters of one sample are among the arrays of all samples.
MATRICES = {
    "z": "Z", "a": "A", "x": "X", "y": "Y", "dz": "dZ", "da": "dA", "dx": "dX", "yhat": "Yhat", "dYhat": "dYhat",
}  # fmt: skip
