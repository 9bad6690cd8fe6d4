"""Where nothing can move, a line every few seconds says how far a training is; a short command has none."""

import threading

from glassnet.cli.progress import in_words, lines_of_progress
from glassnet.training.history import Progress

AT_EPOCH_3 = Progress("epoch", 3, 12, 30, 0.25, 0.5, 0.01, 6.0, 100.0, "numpy")


def test_lines_say_epoch_cost_and_the_time_left():
    lines, told = [], threading.Event()

    def say(text):
        lines.append(text)
        if "epoch" in text:
            told.set()

    with lines_of_progress(say, every=0.01) as watch:
        watch.callback(AT_EPOCH_3)
        assert told.wait(10)
    said = "s: epoch 3 of 12, cost 0.2500, validation cost 0.5000, about 18 s left for these networks"
    assert lines[-1].endswith(said)


def test_before_the_training_lines_say_what_is_done_with_how_many_rows():
    lines, told = [], threading.Event()

    def say(text):
        lines.append(text)
        if "rows" in text:
            told.set()

    with lines_of_progress(say, every=0.01) as watch:
        watch.waiting("Reading", 1_200_000)
        assert told.wait(10)
    assert lines[-1].endswith("s: reading, 1,200,000 rows so far")


def test_a_short_command_has_no_line():
    lines = []
    with lines_of_progress(lines.append) as watch:
        watch.callback(AT_EPOCH_3)
    assert lines == []


def test_before_the_first_epoch_and_after_the_last():
    assert in_words(Progress("start", 0, 12, 0, None, None, 0.01, 0.0, 0.0)) == "epoch 0 of 12"
    assert "has ended" in in_words(Progress("end", 12, 12, 0, None, None, 0.01, 0.0, 0.0))
