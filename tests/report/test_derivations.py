"""Each line of a slope's derivation is the slope: its TeX is read as numbers and compared with central differences."""

import re

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import norm

from glassnet import Network
from glassnet.arrays import numpy_namespace as xp
from glassnet.core.activations import ACTIVATIONS
from glassnet.report.formulas import mathml
from glassnet.report.principle import principle
from glassnet.report.tex import filled
from glassnet.texts import keyed

Z = np.array([-2.3, -0.7, -0.2, 0.3, 1.1, 2.4])
NAMED = {"slope": 0.3, "alpha": 0.7}  # options, other than their defaults


def group(tex, start):
    """Return what stands in the braces that open at `start`, and where they end."""
    depth = 0
    for end in range(start, len(tex)):
        depth += {"{": 1, "}": -1}.get(tex[end], 0)
        if not depth:
            return tex[start + 1 : end], end + 1
    raise AssertionError(tex)


def python(tex):
    """Return TeX of one variable as an expression of Python."""
    while (match := re.search(r"\\(frac|sqrt|cases)(?=\{)|(e?)\^(?=\{)", tex)) is not None:
        inside, end = group(tex, match.end())
        if match[1] == "frac":
            below, end = group(tex, end)
            new = f"(({python(inside)}) / ({python(below)}))"
            if inside == "d":  # of what is a number times Z
                term, _, _ = tex[end:].partition("&")
                new, end = f"(({python(term)}) * 1 / Z)", end + len(term)
        elif match[1] == "cases":
            above, below = (line.split("&")[0] for line in inside.split(r"\\"))
            new = f"where(Z > 0, {python(above)}, {python(below)})"
        else:
            new = (
                f"exp({python(inside)})"
                if match[2]
                else f"sqrt({python(inside)})"
                if match[1]
                else f"**({python(inside)})"
            )
        tex = tex[: match.start()] + new + tex[end:]
    tex = tex.replace(r"\Phi'", "phi").replace(r"\pi", "pi").replace(r"\quad", " ").replace("\\", "")
    return re.sub(r"(?<=[\d)Z]) (?=[A-Za-z(])", " * ", tex.strip())


def central(g, options):
    h = 1e-4
    at = [g.value(xp, Z + k * h, **options) for k in (-2, -1, 1, 2)]
    return (8 * (at[2] - at[1]) - (at[3] - at[0])) / (12 * h)


@pytest.mark.parametrize("name", [name for name, g in ACTIVATIONS.items() if g.derivation_tex and g.slope])
def test_each_line_is_the_slope(name):
    g = ACTIVATIONS[name]
    options = {key: NAMED[key] for key in g.options}
    words = {
        "Z": Z, "A": g.value(xp, Z, **options), "S": expit(Z), "T": np.tanh(np.log1p(np.exp(Z))), "exp": np.exp,
        "where": np.where, "sqrt": np.sqrt, "pi": np.pi, "Phi": norm.cdf, "phi": norm.pdf,
    }  # fmt: skip
    for tex in (*g.derivation_tex, g.slope_tex):
        line = filled(tex, options, "").split(r", \quad")[0]
        found = eval(python(line), {"__builtins__": {}}, words)
        np.testing.assert_allclose(found, central(g, options), rtol=1e-4, err_msg=f"{line}: {python(line)}")


def test_the_lines_of_softmax_are_its_jacobian():
    z = np.array([0.3, -1.2, 0.8])
    e, total = np.exp(z), np.exp(z).sum()
    quotient = np.where(np.eye(3, dtype=bool), (e * total - e * e) / total**2, -np.outer(e, e) / total**2)
    softmax, h = ACTIVATIONS["softmax"].value, 1e-6
    steps = [softmax(xp, (z + h * row)[:, None]) - softmax(xp, (z - h * row)[:, None]) for row in np.eye(3)]
    np.testing.assert_allclose(quotient, np.hstack(steps) / (2 * h), atol=1e-9)
    (line,) = ACTIVATIONS["softmax"].derivation_tex
    assert line.count("frac") == 2
    mathml(line)


def test_a_wrong_line_would_be_seen():
    assert not np.allclose(
        eval(python(r"\frac{e^{-Z}}{(1 + e^{-Z})^{3}}"), {}, {"Z": Z, "exp": np.exp}), 0.25, atol=0.2
    )


def test_a_report_derives_the_activations_that_occur():
    blocks = principle(Network([3, 4, 4, 2, 2], ["relu", "tanh", "relu", "sigmoid"], seed=0)).blocks
    texts = [block.text for block in blocks if block.kind == "paragraph"]
    told = [text.values["activation"] for text in texts if text.key.startswith("derivation.")]
    assert told == ["relu", "tanh", "sigmoid"]
    none = principle(Network([3, 1], ["identity"], seed=0)).blocks
    assert not any(getattr(getattr(b, "text", None), "key", "") == "derivation.title" for b in none)


def test_each_rule_has_its_text():
    assert {f"derivation.{g.rule}" for g in ACTIVATIONS.values() if g.derivation_tex} <= keyed().keys()
