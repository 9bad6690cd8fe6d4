"""hatch_build.py builds the native library where it can, and says why where it cannot."""

import importlib.util
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shared import ROOT

SPECIFICATION = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
hatch_build = importlib.util.module_from_spec(SPECIFICATION)
SPECIFICATION.loader.exec_module(hatch_build)

SOURCES = sorted(path.name for end in ("c", "cpp", "h") for path in (ROOT / hatch_build.FOLDER).glob(f"*.{end}"))
LINUX, HERE = hatch_build.Target("linux", "x86_64"), hatch_build.Target.here()


@pytest.fixture
def without(monkeypatch):
    """Return monkeypatch where no compiler is to be found, and no wish is set."""
    monkeypatch.setattr(hatch_build, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", "")
    for name in ("CC", "CXX", "GLASSNET_NATIVE"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.fixture
def project(tmp_path):
    """Return the root of a copy of the sources."""
    root = tmp_path / "project"
    (root / hatch_build.FOLDER).mkdir(parents=True)
    for name in SOURCES:
        shutil.copy2(ROOT / hatch_build.FOLDER / name, root / hatch_build.FOLDER)
    return root


def built(tmp_path):
    """Build the project's library; return the files' names and what is noted of them."""
    files = hatch_build.build(ROOT, tmp_path, HERE)
    return set(files), json.loads(files["kernels.json"].read_text("utf-8"))


# ---------------------------------------------------------------- none
def test_without_a_compiler_there_is_a_note_and_no_library(without, tmp_path):
    reason = "not built: no C compiler was found when glassnet was installed"
    assert built(tmp_path) == ({"kernels.json"}, {"why_not": reason})


def test_a_compiler_that_fails_is_named_with_its_first_error(without, tmp_path):
    code = "import sys; sys.exit('note: of no use\\nkernels.cpp:3: error: no such thing\\nmore')"
    without.setenv("CC", shlex.join([sys.executable, "-c", code]))
    if HERE.system == "windows":  # where only clang is asked
        without.setattr(hatch_build, "compilers", lambda _: [[sys.executable, "-c", code]])
    names, note = built(tmp_path)
    assert names == {"kernels.json"}
    expected = f"not built: when glassnet was installed, {sys.executable} failed (kernels.cpp:3: error: no such thing)"
    assert note["why_not"] == expected


def test_it_can_be_left_out(monkeypatch, tmp_path):
    monkeypatch.setenv("GLASSNET_NATIVE", "0")
    reason = "not built: GLASSNET_NATIVE=0 was set when glassnet was installed"
    assert built(tmp_path) == ({"kernels.json"}, {"why_not": reason})


@pytest.mark.parametrize("wish", ["require", "sanitize"])
def test_it_can_be_required(without, tmp_path, wish):
    without.setenv("GLASSNET_NATIVE", wish)
    with pytest.raises(RuntimeError, match=f"GLASSNET_NATIVE={wish}, but the native library is not built: no C comp"):
        built(tmp_path)


def test_a_misspelt_wish_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("GLASSNET_NATIVE", "no")
    with pytest.raises(ValueError, match='GLASSNET_NATIVE: expected 0, require or sanitize, got "no"'):
        built(tmp_path)


def test_no_old_library_stays_beside_new_sources(without, project):
    folder = project / hatch_build.FOLDER
    (folder / HERE.library).write_bytes(b"old")
    assert hatch_build.build_in_place(project) is None
    assert sorted(path.name for path in folder.iterdir()) == sorted([*SOURCES, "kernels.json"])


@pytest.mark.needs("make")
@pytest.mark.parametrize("changed", [*SOURCES, "hatch_build.py", ""])
def test_make_installs_again_when_a_source_changes(project, changed):
    for name in ("Makefile", "hatch_build.py", "pyproject.toml", "requirements/dev.txt"):
        (project / name).parent.mkdir(exist_ok=True)
        shutil.copy2(ROOT / name, project / name)
    (project / ".venv").mkdir()
    for name in (".made", ".dev"):
        (project / ".venv" / name).touch()
    now = (project / ".venv" / ".dev").stat().st_mtime
    for path in project.rglob("*"):
        os.utime(path, (now, now + 60 if path.name == changed else now))
    done = subprocess.run(["make", "-n", ".venv/.dev"], cwd=project, capture_output=True, text=True, check=True)
    assert ("--no-build-isolation --editable ." in done.stdout) == bool(changed)


# ---------------------------------------------------------------- one
SMALL = """
#define JOINED_(name, level) name##_##level
#define JOINED(name, level) JOINED_(name, level)
extern "C" __attribute__((visibility("default"))) int JOINED(glassnet_abi, LEVEL)(void) { return 1; }
"""


@pytest.mark.long
@pytest.mark.needs("a C compiler")
def test_each_level_is_in_it_and_nothing_but_the_c_library_is_needed(project):
    import ctypes

    (project / hatch_build.FOLDER / "kernels.cpp").write_text(SMALL, "utf-8")
    library = hatch_build.build_in_place(project)
    loaded = ctypes.CDLL(str(library))
    loaded.glassnet_levels.restype = loaded.glassnet_level.restype = ctypes.c_char_p
    levels = loaded.glassnet_levels().decode().split()
    assert levels == list(hatch_build.LEVELS.get(HERE.machine, {"plain": ()}))
    assert loaded.glassnet_level().decode() in levels
    assert all(hasattr(loaded, f"glassnet_abi_{level}") for level in levels)
    if HERE.glibc:
        assert HERE.tag(library).startswith("manylinux_2_")


@pytest.mark.parametrize(
    ("content", "tag"),
    [
        (b"\0libc.so.6\0libm.so.6\0GLIBC_2.2.5\0GLIBC_2.14\0", "manylinux_2_17_x86_64"),
        (b"\0ld-linux-x86-64.so.2\0libc.so.6\0GLIBC_2.2.5\0GLIBC_2.35\0", "manylinux_2_35_x86_64"),
        (b"\0libc.so.6\0libstdc++.so.6\0GLIBC_2.14\0", "linux_x86_64"),
    ],
)
def test_the_symbols_of_the_c_library_decide_which_linux_is_old_enough(tmp_path, monkeypatch, content, tag):
    monkeypatch.setattr(hatch_build.platform, "libc_ver", lambda: ("glibc", "2.39"))
    monkeypatch.setattr(hatch_build.sysconfig, "get_platform", lambda: "linux-x86_64")
    (tmp_path / "kernels.so").write_bytes(content)
    assert LINUX.tag(tmp_path / "kernels.so") == tag


@pytest.mark.parametrize(
    ("python", "system", "machine", "library", "tag"),
    [
        ("macosx-11.0-arm64", "macos", "aarch64", "kernels.dylib", "macosx_11_0_arm64"),
        ("macosx-10.13-x86_64", "macos", "x86_64", "kernels.dylib", "macosx_10_13_x86_64"),
        ("win-amd64", "windows", "x86_64", "kernels.dll", "win_amd64"),
        ("win-arm64", "windows", "aarch64", "kernels.dll", "win_arm64"),
        ("win32", "windows", "x86", "kernels.dll", "win32"),
        ("linux-aarch64", "linux", "aarch64", "kernels.so", "linux_aarch64"),
        ("freebsd-14.1-release-amd64", "freebsd", "x86_64", "kernels.so", "freebsd_14_1_release_amd64"),
    ],
)
def test_what_python_is_decides_what_is_compiled_for_it(monkeypatch, python, system, machine, library, tag):
    monkeypatch.delenv("MACOSX_DEPLOYMENT_TARGET", raising=False)
    monkeypatch.setattr(hatch_build.platform, "libc_ver", lambda: ("", ""))
    monkeypatch.setattr(hatch_build.sysconfig, "get_platform", lambda: python)
    target = hatch_build.Target.here()
    assert (target, target.library, target.tag(Path(library))) == ((system, machine), library, tag)


def test_zig_compiles_where_nothing_else_does_first_on_windows_and_where_it_is_asked_for(without):
    without.setattr(hatch_build, "find_spec", lambda name: name == "ziglang")
    zig = [sys.executable, "-m", "ziglang", "cc", "-target"]
    assert [command[:5] for command in hatch_build.compilers(HERE)] == [zig]
    without.setenv("CC", sys.executable)
    first, last = hatch_build.compilers(LINUX)
    assert (first, last[:5]) == ([sys.executable], zig)
    without.setenv("CXX", sys.executable)
    without.setenv("CC", "ziglang")
    assert hatch_build.compilers(LINUX)[0][:5] == zig
    assert [command[:5] for command in hatch_build.compilers(hatch_build.Target("windows", "x86_64"))] == [zig]


@pytest.mark.needs("posix")
def test_a_compiler_of_two_names_is_tried_once(without, tmp_path):
    (tmp_path / "gcc-12").write_text("#!/bin/sh\n")
    (tmp_path / "gcc-12").chmod(0o755)
    for name in ("cc", "gcc"):
        (tmp_path / name).symlink_to(tmp_path / "gcc-12")
    without.setenv("PATH", str(tmp_path))
    without.setenv("CC", "gcc -m64")
    assert hatch_build.compilers(LINUX) == [["gcc", "-m64"], ["cc"]]


def test_no_wheel_holds_a_library_that_checks_itself(monkeypatch):
    monkeypatch.setenv("GLASSNET_NATIVE", "sanitize")
    hook = hatch_build.NativeLibrary(str(ROOT), {}, None, None, "", "wheel")
    with pytest.raises(ValueError, match="expected an editable installation, got a wheel"):
        hook.initialize("standard", {})


# ---------------------------------------------------------------- accesses to memory
OVERFLOW = """
#define NAME_(level) glassnet_abi_##level
#define NAME(level) NAME_(level)
extern "C" __attribute__((visibility("default"))) int NAME(LEVEL)(void) {
    volatile int size = 8;
    char *block = (char *)__builtin_malloc(size);
    int past = block[size];
    __builtin_free(block);
    return past;
}
"""


@pytest.mark.long
@pytest.mark.needs("linux", "a C compiler")
def test_the_sanitized_library_sees_a_read_past_the_end(project, monkeypatch):
    monkeypatch.setenv("GLASSNET_NATIVE", "sanitize")
    monkeypatch.setenv("CC", "cc")
    (project / hatch_build.FOLDER / "kernels.cpp").write_text(OVERFLOW, "utf-8")
    library = hatch_build.build_in_place(project)
    assert library.name == "kernels-sanitized.so"
    asan = subprocess.run(["cc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True)
    level = next(iter(hatch_build.LEVELS.get(HERE.machine, ["plain"])))
    code = f"import ctypes; ctypes.CDLL({str(library)!r}).glassnet_abi_{level}()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "LD_PRELOAD": asan.stdout.strip(), "ASAN_OPTIONS": "detect_leaks=0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "heap-buffer-overflow" in done.stderr
    assert f"glassnet_abi_{level}" in done.stderr
