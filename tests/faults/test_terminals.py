"""Every command on every kind of output, with names that attack it: no traceback, no hang, nothing a terminal obeys."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from glassnet import cli, report, workflows
from glassnet.workflows import Predictions

UNIX = pytest.mark.needs("posix")
SECONDS = 120  # after which a command counts as hung

NAMES = [
    "[red]x[/red]", "[bold", "[/]", ":car:", "esc\x1b[31m", "\x1b]0;gone\x07", "rtl\u202eexe", "$a_1$", "$\\frac$",
    "bell\x07", "two\nlines", "tab\tx", "\x9b31m", "=1+1", "@x", "<script>alert(1)</script>", "ls\u2028ps\u2029",
    "猫狗", "é²µᵀ", "'\"", "{x} %s", "__init__", "x" * 3000,
]  # fmt: skip
LABELS = ["=1+1", "猫\x1b]0;t\x07[red]"]
TARGET = "la\x1b[31mbel\u202e"
ACTS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")  # all but tab and line end

COMMANDS = {
    "train": ["train", "evil.csv", "--target", TARGET, "--epochs", "2", "--hidden", "none", "--out", "new.glassnet"],
    "train as JSON": ["train", "evil.csv", "--target", TARGET, "--epochs", "2", "--hidden", "none", "--out",
                      "new.glassnet", "--json"],
    "evaluate": ["evaluate", "evil.glassnet", "evil.csv"],
    "predict": ["predict", "evil.glassnet", "evil.csv", "--probabilities"],
    "predict as JSON": ["predict", "evil.glassnet", "evil.csv", "--probabilities", "--json"],
    "predict to a file": ["predict", "evil.glassnet", "evil.csv", "--out", "猫\x1b[31m.csv"],
    "predict pictures": ["predict", "pictures.glassnet", "pictures"],
    "inspect": ["inspect", "evil.glassnet", "evil.csv"],
    "inspect as JSON": ["inspect", "evil.glassnet", "evil.csv", "--json"],
    "report": ["report", "evil.glassnet", "evil.csv", "--lang", "zh", "--out", "猫\x1b[31m.html"],
    "engines": ["engines"],
    "experiments": ["experiment"],
    "experiment": ["experiment", "symmetry", "--size", "small", "--seeds", "1"],
    "grade": ["grade", "evil.py"],
    "grade as JSON": ["grade", "evil.py", "--json"],
    "version": ["version"],
    "help": ["--help"],
    "help of a command": ["train", "--help"],
    "nothing": [],
    "unknown command": ["\x1b[31m猫"],
    "unknown option": ["train", "evil.csv", "--\x1b[31m猫"],
    "unknown column": ["train", "evil.csv", "--target", "\x1b[31m猫\n" * 5000],
    "no such file": ["predict", "\x1b[31m猫.glassnet", "evil.csv"],
    "no such experiment": ["experiment", "[/]\x1b[31m猫"],
}  # fmt: skip
CHEAP = ["evaluate", "predict", "inspect", "engines", "help", "no such file", "unknown column"]
AS_JSON = [name for name in COMMANDS if "JSON" in name]
ENCODINGS = ["utf-8", "cp1252", "gbk", "ascii", "latin-1", "cp437", "shift_jis", "utf-16"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A table whose names attack, pictures in a folder of such a name, a learner's file, and models of both."""
    folder = tmp_path_factory.mktemp("terminals")
    rng = np.random.default_rng(0)
    with (folder / "evil.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*NAMES, TARGET])
        for i in range(40):
            writer.writerow([*(f"{x:.3f}" for x in rng.standard_normal(len(NAMES))), LABELS[i % 2]])
    for label in ("cat\x1b[31m", "=dog"):
        (folder / "pictures" / label).mkdir(parents=True)
        for i in range(6):
            pixels = rng.integers(0, 255, (4, 4, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / "pictures" / label / f"\x1b[31m{i}.png")
    (folder / "evil.py").write_text(
        "def sigmoid(z):\n    return 1 - z  # \x1b[31m [/] 猫 :car:\n\nx = 1 / 0  # \x1b]0;t\x07\n", encoding="utf-8"
    )
    common = {"epochs": 2, "random_state": 0, "hidden": [], "engine": "numpy"}
    workflows.train_file(folder / "evil.csv", TARGET, out=folder / "evil.glassnet", **common)
    workflows.train_file(folder / "pictures", out=folder / "pictures.glassnet", test=0, reading={"size": 4}, **common)
    return folder


@pytest.fixture
def run(folder, monkeypatch):
    """Return a function that runs a command in this process, its output taken by streams of an encoding."""
    monkeypatch.chdir(folder)
    for name in ("out", "err"):  # what `main` changes for its process is undone
        monkeypatch.setattr(sys, f"std{name}", getattr(sys, f"std{name}"))

    def run(words, encoding="utf-8"):
        sys.argv = ["glassnet", *words]
        sys.stdout, sys.stderr = (io.TextIOWrapper(io.BytesIO(), encoding, newline="\n") for _ in range(2))
        with pytest.raises(SystemExit) as ending:
            cli.main()
        texts = []
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
            texts.append(stream.buffer.getvalue().decode(encoding))
        return ending.value.code or 0, *texts

    monkeypatch.setattr(sys, "argv", sys.argv)
    return run


def check(code, out, err):
    """Check what is true of every command: no fault, no traceback, one short line of error, nothing that acts."""
    assert code in (0, 2, 3), err
    assert "Traceback" not in out + err
    assert "fault of glassnet" not in err
    assert not ACTS.search(out + err), ACTS.findall(out + err)
    assert err.count("\n") <= 1, err
    assert len(err) <= 500
    assert (err == "") == (code != 2 or out.lstrip().startswith("Usage:"))  # the help, where nothing was asked for


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_on_encodings(run, tries, tally, name):
    encodings = tries(["ascii", "gbk"] if name in CHEAP else ["ascii"], ENCODINGS)
    for encoding in encodings:
        code, out, err = run(COMMANDS[name], encoding)
        check(code, out, err)
        if name in AS_JSON:
            assert json.loads(out) is not None
            assert out.isascii()
    tally(f"{name}, on encodings", tried=len(encodings), tracebacks=0)


def test_names_in_json_are_exact(run):
    _, out, _ = run(["predict", "evil.glassnet", "evil.csv", "--probabilities", "--json"], "ascii")
    document = json.loads(out)
    assert set(document["prediction"]) <= set(LABELS)
    assert list(document) == ["prediction", *(f"probability {label}" for label in sorted(LABELS))]
    _, out, _ = run(COMMANDS["train as JSON"], "cp1252")
    assert json.loads(out)["target"] == TARGET


def test_names_are_printed_letter_by_letter(run):
    _, out, _ = run(["inspect", "evil.glassnet"])
    for shown in ("[red]x[/red]", "[bold", "[/]", ":car:", r"esc\x1b[31m", "two lines", "猫狗", r"rtl\u202eexe"):
        assert shown in out
    _, out, _ = run(["inspect", "evil.glassnet", "evil.csv"], "ascii")
    assert r"\u732b\u72d7" in out
    assert "e" not in NAMES[18]
    assert r"\xe9^2u.T" in out  # the notation has spellings of its own
    assert "A[0].T" in out


@pytest.mark.parametrize(
    "words", [["train", "evil.csv"], ["train", "wide.csv"], ["train", "wide.csv", "--target", "c"]]
)
def test_lists_of_names_are_cut(run, folder, words):
    rows = [[f"column{j}" for j in range(10_000)], *[map(str, range(10_000))] * 3]
    (folder / "wide.csv").write_text("\n".join(map(",".join, rows)))
    code, out, err = run(words)
    check(code, out, err)
    assert " more" in err


class Page(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.text = set(), ""

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_report_holds_no_control_characters(folder, lang):
    table = folder / "evil.csv"
    html = report.to_html(report.of_model(folder / "evil.glassnet", table, table), lang)
    page = Page()
    page.feed(html)
    assert not ACTS.search(html)
    assert not ACTS.search(page.text)  # nor by a reference such as &#27;
    assert "script" not in page.tags
    for name in ("[red]x[/red]", "$a_1$", r"$\frac$", r"esc\x1b[31m", "<script>alert(1)</script>"):
        assert name in page.text


def test_a_page_holds_no_control_characters(run, folder):
    check(*run(["inspect", "evil.glassnet", "evil.csv", "--page", "page.html"]))
    assert not ACTS.search((folder / "page.html").read_text(encoding="utf-8"))


def test_predictions_hold_no_formulas(run, folder):
    for words in (["evil.glassnet", "evil.csv", "--probabilities"], ["pictures.glassnet", "pictures"]):
        check(*run(["predict", *words, "--out", "p.csv"]))
        text = (folder / "p.csv").read_bytes().decode()
        assert not ACTS.search(text)
        assert run(["predict", *words])[1] == text
        for row in csv.reader(io.StringIO(text)):
            assert not any(re.match(r"[=+@\-\t\r]", cell) for cell in row)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.sampled_from("=+-@\t\r\n \"',;.019eE'\x1b猫") | st.characters()))
def test_cells_are_no_formulas(text):
    csv_text = Predictions({"prediction": [text, -1.5, 2]}).to_csv()
    (name,), (cell,), *numbers = csv.reader(io.StringIO(csv_text, newline=""))
    assert (name, numbers) == ("prediction", [["-1.5"], ["2"]])
    assert cell[:1] not in tuple("=+-@\t\n") or np.isfinite(float(cell))
    csv_text.encode()
    assert not ACTS.search(csv_text)


@pytest.mark.parametrize(
    ("label", "cell"),
    [("-1.5", "-1.5"), ("+3e5", "+3e5"), ("-", "'-"), ("-1.5.2", "'-1.5.2"), ("=1", "'=1"), ("a=1", "a=1"),
     ("-inf", "'-inf"), (" =1", "' =1"), ("＝1", "'＝1"), ("\t1", "'\t1"), ("１", "１")],  # noqa: RUF001
)  # fmt: skip
def test_which_cells_get_an_apostrophe(label, cell):
    text = Predictions({label: [label]}).to_csv()
    assert list(csv.reader(io.StringIO(text, newline=""))) == [[cell], [cell]]


def shell(words, folder, redirect="", line='exec "$0" -m glassnet "$@" REDIRECT', **more):
    """Run a command as a POSIX shell does, with what it does to the outputs."""
    line = line.replace("REDIRECT", redirect)
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path), **more}
    return subprocess.run(
        ["sh", "-c", line, sys.executable, *words],
        cwd=folder, env=environment, capture_output=True, timeout=SECONDS, check=False,
    )  # fmt: skip


def told(answer):
    return answer.stdout.decode("utf-8", "replace"), answer.stderr.decode("utf-8", "replace")


POSIX = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
TRAIN = ["train", "evil.csv", "--target", TARGET, "--epochs", "2", "--hidden", "none", "--out", "kept.glassnet"]


@UNIX
def test_a_posix_locale(folder, tries, tally):
    names = tries(["inspect"], [name for name in COMMANDS if name != "experiment"])
    for name in names:
        answer = shell(COMMANDS[name], folder, **POSIX)
        check(answer.returncode, *told(answer))
        assert (answer.stdout + answer.stderr).isascii()
    tally("commands in a POSIX locale", tried=len(names), tracebacks=0)


INSPECT, HELP = ["inspect", "evil.glassnet", "evil.csv"], ["--help"]


@UNIX
@pytest.mark.parametrize(
    ("redirect", "sentence"),
    [(">&-", "is closed"), (">/dev/full", "cannot be written (No space left"), (">&0 </dev/null", "Bad file")],
)
def test_an_output_that_takes_nothing(folder, tries, redirect, sentence):
    for words in tries([TRAIN], [TRAIN, INSPECT, HELP]):
        answer = shell(words, folder, redirect)
        out, err = told(answer)
        assert (answer.returncode, out) == (2, "")
        assert sentence in err
        check(2, out, err)
        assert not (folder / "kept.glassnet").exists()


@UNIX
def test_errors_that_no_one_hears(folder, tries):
    for redirect in tries(["2>&-"], ["2>&-", "2>/dev/full", ">&- 2>&- <&-"]):
        answer = shell(["inspect", "none.glassnet"], folder, redirect)
        assert (answer.returncode, answer.stdout, answer.stderr) == (2, b"", b"")


@UNIX
def test_a_reader_that_leaves_takes_nothing_along(folder, tries):
    line = '("$0" -m glassnet "$@"; echo "ended with $?" >&2) | true'
    for words in tries([TRAIN], [TRAIN, INSPECT, HELP]):
        answer = shell(words, folder, line=line)
        assert answer.stderr == b"ended with 0\n"
        assert (folder / "kept.glassnet").exists() == (words is TRAIN)
        (folder / "kept.glassnet").unlink(missing_ok=True)


@UNIX
def test_terminals(folder, tries):
    for term, columns in tries(
        [("xterm-256color", 80)], [(t, c) for t in ("xterm-256color", "dumb") for c in (20, 80)]
    ):
        on_a_terminal(folder, term, columns)


def on_a_terminal(folder, term, columns):
    """On a terminal, where colours and a bar are shown, the only escapes are rich's own."""
    import pty

    ours, theirs = pty.openpty()
    environment = {
        "TERM": term,
        "COLUMNS": str(columns),
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "glassnet", *TRAIN], cwd=folder, stdout=theirs, stderr=theirs, stdin=theirs,
        env={**os.environ, **environment},
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 1 << 16):
            shown += part
    except OSError:  # how Linux tells that the other end is closed
        pass
    os.close(ours)
    assert process.wait(SECONDS) == 0, shown
    (folder / "kept.glassnet").unlink()
    text = re.sub(r"\x1b\[(\d+(;\d+)*m|\?25[lh]|\d?[AKJ])", "", shown.decode())
    assert not ACTS.search(text.replace("\r", "")), text
    if term == "dumb":
        assert b"\x1b" not in shown


def test_debugging_shows_foreign_text_safely(run, monkeypatch):
    def fault(*_arguments, **_settings):
        raise RuntimeError("boom \x1b[31m\u202e")

    monkeypatch.setattr(workflows, "evaluate_file", fault)
    code, _, err = run(["evaluate", "evil.glassnet", "evil.csv"])
    assert code == 1
    assert r"boom \x1b[31m\u202e. This is a fault of glassnet" in err
    monkeypatch.setenv("GLASSNET_DEBUG", "1")
    code, _, err = run(["evaluate", "evil.glassnet", "evil.csv"])
    assert code == 1
    assert "Traceback" in err
    assert not ACTS.search(err)


def test_a_library_s_warning_is_one_line(run, monkeypatch):
    import warnings

    def warn(*_arguments, **_settings):
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            warnings.warn("two\nlines \x1b[31m" + "x" * 1000, RuntimeWarning, stacklevel=1)
        raise RuntimeError("boom")

    monkeypatch.setattr(workflows, "evaluate_file", warn)
    _, _, err = run(["evaluate", "evil.glassnet", "evil.csv"])
    first, second = err.splitlines()
    assert first.startswith(r"glassnet: warning: two\nlines \x1b[31mxxx")
    assert len(first) <= 500
    assert "boom" in second


def test_an_interrupt_says_so(run, monkeypatch):
    def interrupt(*_arguments, **_settings):
        raise KeyboardInterrupt

    monkeypatch.setattr(workflows, "evaluate_file", interrupt)
    code, out, err = run(["evaluate", "evil.glassnet", "evil.csv"])
    assert (code, out, err) == (130, "", "glassnet: interrupted; nothing was changed\n")


@pytest.mark.parametrize("words", [["train", ""], ["predict", "evil.glassnet", ""], ["predict", "", "evil.csv"],
                                   ["train", "evil.csv", "--out", ""], ["demo", "--folder", ""], ["grade", ""],
                                   ["report", ""], ["experiment", "cats", "--data", ""]])  # fmt: skip
def test_an_empty_name_is_no_folder(run, words):
    code, out, err = run(words)
    assert (code, out) == (2, "")
    assert "got an empty one" in err


@pytest.mark.parametrize(
    ("data", "model"),
    [("sales.2023.csv", "sales.2023.glassnet"), ("sales.2024.csv", "sales.2024.glassnet"), ("b.CSV", "b.glassnet"),
     ("sales.v1.csv.gz", "sales.v1.glassnet"), ("run.1.npz", "run.1.glassnet"), ("photos.v2", "photos.v2.glassnet"),
     ("a.tar.csv", "a.tar.glassnet"), ("x.glassnet.csv", "x.glassnet.glassnet")],
)  # fmt: skip
def test_a_model_is_named_by_its_data(run, folder, monkeypatch, data, model):
    if data == "photos.v2":
        (folder / data).mkdir()
    outs = []

    def train(*_arguments, out, **_settings):
        outs.append(out.name)
        raise KeyboardInterrupt

    monkeypatch.setattr(workflows, "train_file", train)
    run(["train", data])
    assert outs == [model]
