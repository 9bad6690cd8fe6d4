"""Formulas become MathML: well formed, with the textbook's letters."""

import xml.etree.ElementTree as ET

import pytest

from glassnet.core.activations import ACTIVATIONS
from glassnet.core.losses import LOSSES
from glassnet.core.optimizers import OPTIMIZERS
from glassnet.core.schedules import SCHEDULES
from glassnet.errors import SettingError
from glassnet.report.formulas import mathml
from glassnet.report.tex import filled, number


def text(tex):
    return "".join(ET.fromstring(mathml(tex)).itertext())


def test_scripts_and_fractions():
    root = ET.fromstring(mathml(r"dW^{[l]} = \frac{1}{m} dZ^{[l]} A^{[l-1] \T}"))
    assert [child.tag for child in root] == ["msup", "mo", "mfrac", "msup", "msup"]
    assert "".join(root.itertext()) == "dW[l]=1mdZ[l]A[l−1]⊤"  # noqa: RUF001


def test_limits_stand_under_a_sum_and_beside_a_letter():
    assert "<munderover><mo>∑</mo>" in mathml(r"\sum_{i=1}^{m} z_{i}^{2}")
    assert "<msubsup><mi>z</mi>" in mathml(r"\sum_{i=1}^{m} z_{i}^{2}")


def test_a_prime_is_above():
    assert text("g^{[1]}'(Z)") == "g[1]′(Z)"  # noqa: RUF001
    assert mathml("g'").count("<msup>") == 1


def test_lines_and_cases():
    root = ET.fromstring(mathml(r"\lines{a &= b \\ &= \cases{1 & x > 0 \\ 0 & x \le 0}}"))
    assert len(root.findall("mtable/mtr")) == 2
    assert len(root.findall(".//mtable//mtable/mtr")) == 2


def test_what_is_escaped():
    assert "&lt;" in mathml("a < b")


@pytest.mark.parametrize("tex", [r"\frac{1}{m", "(a", r"\name{x", "a^", r"\lines{a & b"])
def test_a_missing_brace_is_named(tex):
    with pytest.raises(SettingError, match="is a brace missing"):
        mathml(tex)


def test_an_unknown_command_is_named_with_the_nearest():
    with pytest.raises(SettingError, match=r"unknown command .alpa .did you mean 'alpha'"):
        mathml(r"\alpa")


@pytest.mark.parametrize("table", [ACTIVATIONS, LOSSES, OPTIMIZERS, SCHEDULES])
def test_every_choice_has_a_formula_that_can_be_set(table):
    for entry in table.values():
        for tex in [getattr(entry, field) for field in entry._fields if field in ("tex", "slope_tex")]:
            assert tex
            written = filled(tex, entry.options, "")
            assert not any(f"<{option}>" in written for option in entry.options)
            ET.fromstring(mathml(rf"\lines{{{written}}}"))


def test_every_pair_has_its_derivation():
    assert all(bool(loss.pair_tex) == bool(loss.pair) for loss in LOSSES.values())
    for loss in LOSSES.values():
        ET.fromstring(mathml(loss.pair_tex))


def test_small_numbers_are_powers_of_ten():
    assert number(0.001) == "0.001"
    assert number(1e-8) == "10^{-8}"
    assert number(2.5e-8) == r"2.5 \times 10^{-8}"
