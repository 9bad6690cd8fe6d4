"""The library is loaded where it is sound and made for this system; otherwise a sentence says why not."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from commands import run_python
from glassnet.backends.native import library as native
from glassnet.errors import MissingLibraryError, SettingError
from shared import ROOT

NOTE = "kernels.json"


@pytest.fixture
def fresh(monkeypatch):
    """Forget what is loaded, before and after; return monkeypatch."""
    native._loaded.cache_clear()
    native.library.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    native._loaded.cache_clear()
    native.library.cache_clear()


@pytest.fixture
def folder(fresh, tmp_path):
    """Return the folder of an installation of its own, from which the library is then loaded."""
    for name in ("GLASSNET_NATIVE", "GLASSNET_LEVEL"):
        fresh.delenv(name, raising=False)
    here = Path(native.__file__).parent
    for name in (native.NAME, NOTE):
        if (here / name).exists():
            shutil.copy2(here / name, tmp_path)
    fresh.setattr(native, "__file__", str(tmp_path / "library.py"))
    return tmp_path


def note_checksum(folder):
    content = (folder / native.NAME).read_bytes()
    (folder / NOTE).write_text(json.dumps({"sha256": hashlib.sha256(content).hexdigest()}), "utf-8")


# ---------------------------------------------------------------- a sound one
@pytest.mark.needs("the native library")
def test_it_is_loaded_at_the_best_level(fresh):
    fresh.delenv("GLASSNET_LEVEL", raising=False)
    loaded = native.library()
    assert native.available()
    assert native.why_not() == ""
    assert loaded.level == loaded.levels[-1]
    assert loaded.function("glassnet_abi")() == native.ABI


@pytest.mark.needs("the native library", "linux")
def test_the_best_level_is_what_the_system_says_of_the_processor():
    flags = set(re.findall(r"[\w]+", Path("/proc/cpuinfo").read_text("utf-8")))
    needed = {"sse2": {"sse2"}, "avx2": {"avx2", "fma"}, "avx512": {"avx512f", "avx512vl", "avx512dq", "avx512bw"}}
    best = [level for level, names in needed.items() if names <= flags][-1:] or [native._loaded().level]
    assert [native._loaded().level] == best


@pytest.mark.needs("the native library")
def test_a_variable_names_another_level(fresh):
    for level in native._loaded().levels:
        fresh.setenv("GLASSNET_LEVEL", level)
        native.library.cache_clear()
        assert native.library().level == level


@pytest.mark.needs("the native library")
def test_a_level_that_is_unknown_or_that_the_processor_lacks_is_refused_with_those_it_has(fresh):
    levels = native._loaded().levels
    for level in ("avx3", "AVX2"):
        expected = f'GLASSNET_LEVEL: expected one of {", ".join(levels)}, which this processor has, got "{level}"'
        fresh.setenv("GLASSNET_LEVEL", level)
        native.library.cache_clear()
        with pytest.raises(SettingError) as refused:
            native.library()
        assert str(refused.value).startswith(expected)
        assert native.available()


@pytest.mark.needs("the native library", "a library that is not sanitized")
def test_loading_takes_less_than_ten_milliseconds(fresh):
    def seconds():
        native._loaded.cache_clear()
        start = time.thread_time()
        native.available()
        return time.thread_time() - start

    assert min(seconds() for _ in range(5)) < 0.01


@pytest.mark.needs("the native library")
def test_any_thread_may_load_it(folder):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: native.library().function("glassnet_abi")(), range(32)))
    assert found == [native.ABI] * 32


@pytest.mark.needs("the native library", "fork")
def test_it_works_after_a_fork():
    code = """
import os
from glassnet.backends.native.library import ABI, library
if {loaded}: library()
child = os.fork()
right = library().function("glassnet_abi")() == ABI
if not child: os._exit(0 if right else 1)
print(os.waitpid(child, 0)[1] if right else 1)
"""
    assert [run_python(code.format(loaded=loaded)) for loaded in (True, False)] == [0, 0]


# ---------------------------------------------------------------- none, or none that is sound
def truncated(path):
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def flipped(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def a_folder(path):
    path.unlink()
    path.mkdir()


def foreign(path):
    """Write the machine of another processor into the file's head, where ELF has it."""
    content = bytearray(path.read_bytes())
    content[18] ^= 0xFF
    path.write_bytes(content)
    note_checksum(path.parent)


def another_file(path):
    path.write_bytes(b"MZ this is no library")
    note_checksum(path.parent)


def of_another_program(path):
    words = ["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", str(path)]
    subprocess.run(words, input=b"int other(void) { return 1; }", check=True)
    note_checksum(path.parent)


DAMAGE = {  # name -> what happens to the library's folder, what is then said
    "truncated": (lambda at: truncated(at / native.NAME), "damaged: .*kernels.* is not the file that was built"),
    "a bit flipped": (lambda at: flipped(at / native.NAME), "damaged: .*kernels.* is not the file that was built"),
    "empty": (lambda at: (at / native.NAME).write_bytes(b""), "damaged: .* is not the file that was built"),
    "missing": (lambda at: (at / native.NAME).unlink(), r"not readable: .*kernels.* \(No such file"),
    "a folder": (lambda at: a_folder(at / native.NAME), "not readable: .*kernels"),
    "no note": (lambda at: (at / NOTE).unlink(), r"not readable: .*kernels.json \(No such file"),
    "an empty note": (lambda at: (at / NOTE).write_text(""), "damaged: .*kernels.json does not hold a checksum"),
    "a note of zeros": (lambda at: (at / NOTE).write_bytes(bytes(40)), "damaged: .*kernels.json does not hold a check"),
    "a note of a number": (lambda at: (at / NOTE).write_text("1"), "damaged: .*kernels.json does not hold a checksum"),
    "a note without": (lambda at: (at / NOTE).write_text("{}"), "damaged: .*kernels.json does not hold a checksum"),
    "another file": (lambda at: another_file(at / native.NAME), "not for this system: .*kernels"),
}
ELSEWHERE = {
    "of another processor": (lambda at: foreign(at / native.NAME), "not for this system: .*kernels"),
    "of another program": (lambda at: of_another_program(at / native.NAME), "not for this system: .*glassnet_level"),
}


def refused(folder, damage, sentence):
    damage(folder)
    assert not native.available()
    with pytest.raises(MissingLibraryError, match=f"the native library is {sentence}"):
        native.library()
    assert "\n" not in native.why_not()


@pytest.mark.needs("the native library")
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_library_is_not_loaded(folder, damage):
    refused(folder, *DAMAGE[damage])


@pytest.mark.needs("the native library", "linux", "a C compiler")
@pytest.mark.parametrize("damage", ELSEWHERE)
def test_a_library_for_something_else_is_not_used(folder, damage):
    refused(folder, *ELSEWHERE[damage])


@pytest.mark.needs("the native library", "no root")
def test_one_that_may_not_be_read(folder):
    refused(folder, lambda at: (at / native.NAME).chmod(0), "not readable: .*kernels.* \\(Permission denied\\)")


@pytest.mark.needs("the native library")
def test_one_of_another_version(folder, fresh):
    fresh.setattr(native, "ABI", native.ABI + 1)
    version = f"has interface {native.ABI - 1}, expected {native.ABI}"
    refused(folder, lambda _: None, f"of another version of glassnet: .* {version}")


def test_none_was_built(folder):
    (folder / NOTE).write_text(json.dumps({"why_not": "not built: no C compiler was found"}), "utf-8")
    assert native.why_not() == "not built: no C compiler was found"


def test_glassnet_was_never_installed(folder):
    for path in folder.iterdir():
        path.unlink()
    assert native.why_not() == "not built: glassnet runs from its source, without having been installed"


def test_it_can_be_switched_off(fresh):
    fresh.setenv("GLASSNET_NATIVE", "0")
    assert native.why_not() == "switched off by GLASSNET_NATIVE=0"


def test_glassnet_in_an_archive_does_without(tmp_path):
    package = ROOT / "src" / "glassnet"
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as file:
        for path in [*package.rglob("*.py"), *package.rglob("kernels.*")]:
            file.write(path, path.relative_to(package.parent))
    code = "from glassnet.backends.native.library import __file__, why_not; print(__file__, '|', why_not())"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "all.zip"), "GLASSNET_NATIVE": ""}
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True, cwd=tmp_path)
    file, reason = done.stdout.split(" | ")
    assert "all.zip" in file
    assert "lies in an archive" in reason
