"""The textbook is right by the equations, and each mistake in the table changes what it computes."""

import pytest

from glassnet.lessons.grader import textbook
from glassnet.lessons.grader.diagnosis import _made, right_line
from glassnet.lessons.grader.exercises import EXERCISES, cases
from glassnet.lessons.grader.mistakes import MISTAKES
from glassnet.lessons.grader.references import REFERENCES
from glassnet.lessons.grader.values import canonical, differences, named

ALL = [mistake for mistakes in MISTAKES.values() for mistake in mistakes]


@pytest.mark.parametrize("key", REFERENCES)
def test_the_textbook_agrees_with_the_equations(key):
    for case in cases(key):
        right = REFERENCES[key](*case)
        output = canonical(key, case, getattr(textbook, key)(*case), right)
        assert not differences(key, named(output, EXERCISES[key]), named(right, EXERCISES[key]))


@pytest.mark.parametrize("key", MISTAKES)
def test_each_mistake_changes_the_result(key):
    inputs = cases(key)
    rights = [REFERENCES[key](*case) for case in inputs]
    expected = [named(right, EXERCISES[key]) for right in rights]
    for mistake in MISTAKES[key]:
        made = list(_made(key, (mistake,), inputs, rights))
        assert NotImplemented not in made, mistake
        assert any(m is None or differences(key, m, e) for m, e in zip(made, expected, strict=True)), mistake
        assert any(m is not None for m in made), mistake


def test_each_mistake_says_what_is_right():
    assert len(ALL) > 200
    for mistake in ALL:
        assert mistake.why, mistake
        assert right_line(mistake), mistake
        assert ": " in mistake.name


def test_a_difference_of_one_part_in_ten_thousand_is_seen():
    """The comparison itself: a grader that accepts everything would pass all right solutions."""
    for key in REFERENCES:
        case = cases(key)[0]
        right = REFERENCES[key](*case)
        flat = named(right, EXERCISES[key])
        for name, value in flat.items():
            spoilt = {**flat, name: value * 1.0001 + 1e-4}
            assert name in differences(key, spoilt, flat), (key, name)
