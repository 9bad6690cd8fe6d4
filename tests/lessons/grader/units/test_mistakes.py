"""The textbook is right by the equations, and each mistake in the table changes what it computes."""

import numpy as np
import pytest

from glassnet.lessons.grader.conventions import expected, seen, settle
from glassnet.lessons.grader.diagnosis import _made, right_line
from glassnet.lessons.grader.references import _EQUATIONS, REFERENCES
from glassnet.lessons.grader.units import MISTAKES, TEXTBOOK, cases
from glassnet.lessons.grader.values import differences

ALL = [mistake for mistakes in MISTAKES.values() for mistake in mistakes]


def inputs_of(key):
    """Return the inputs; of dropout with the masks that a right solution would show."""
    if key != "forward_propagation_with_dropout":
        return cases(key)
    rng = np.random.default_rng(0)
    drawn = []
    for X, parameters, keep in cases(key):
        masks = [1.0 * (rng.uniform(size=(parameters[f"W{l}"].shape[0], X.shape[1])) < keep) for l in (1, 2)]
        drawn.append(seen(key, (X, parameters, keep), (np.zeros(1), masks)))
    return drawn


@pytest.mark.parametrize("key", _EQUATIONS)
def test_the_textbook_agrees_with_the_equations(key):
    for case in cases(key):
        right = _EQUATIONS[key](*case)
        output = settle(key, case, TEXTBOOK[key](*case), right)
        assert not differences(key, output.flat, expected(key, case, right))
        assert not output.remarks


@pytest.mark.parametrize("key", MISTAKES)
def test_each_mistake_changes_the_result(key):
    inputs = inputs_of(key)
    rights = [REFERENCES[key](*case) for case in inputs]
    flats = [expected(key, case, right) for case, right in zip(inputs, rights, strict=True)]
    for mistake in MISTAKES[key]:
        made = list(_made(key, (mistake,), inputs, rights))
        assert NotImplemented not in made, mistake
        assert any(m is None or differences(key, m, e) for m, e in zip(made, flats, strict=True)), mistake
        assert any(m is not None for m in made), mistake


def test_each_mistake_says_what_is_right():
    assert len(ALL) > 500
    for mistake in ALL:
        assert mistake.why, mistake
        assert right_line(mistake), mistake
        assert ": " in mistake.name


def test_a_difference_of_one_part_in_ten_thousand_is_seen():
    """The comparison itself: a grader that accepts everything would pass all right solutions."""
    for key in MISTAKES:
        case = inputs_of(key)[0]
        flat = expected(key, case, REFERENCES[key](*case))
        for name, value in flat.items():
            if "'dA" in name:
                continue
            spoilt = {**flat, name: value * 1.0001 + 1e-4}
            assert name in differences(key, spoilt, flat), (key, name)
