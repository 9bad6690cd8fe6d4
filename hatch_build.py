"""The native library is compiled where glassnet is built or installed; where no compiler is, glassnet works without it.

As a hook of hatchling it puts the library into a wheel, or beside its sources where the installation is editable.
``python hatch_build.py`` does the latter alone. The environment variable GLASSNET_NATIVE says otherwise: ``0`` leaves
the library out, ``require`` makes it an error if it cannot be built, and ``sanitize`` builds one beside it that checks
its own accesses to memory.
"""

import hashlib
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDER = Path("src/glassnet/backends/native")
OPTIMIZED = ("-O3", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast")
SANITIZED = ("-O1", "-g", "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
CXX = ("-x", "c++", "-std=c++17", "-fno-exceptions", "-fno-rtti", "-fvisibility=hidden")
C = ("-x", "c", "-std=c11", "-fvisibility=hidden")
LEVELS: dict[str, dict[str, tuple[str, ...]]] = {  # of each processor, the lowest first
    "x86_64": {
        "sse2": (),
        "avx2": ("-mavx2", "-mfma"),
        "avx512": ("-mavx512f", "-mavx512vl", "-mavx512dq", "-mavx512bw", "-mfma", "-mprefer-vector-width=512"),
    },
    "aarch64": {"neon": ()},
}
SYSTEM_LIBRARIES = {  # what every Linux with the GNU C library has
    *(b"libc.so.6", b"libm.so.6", b"libpthread.so.0"),
    *(b"ld-linux-x86-64.so.2", b"ld-linux-aarch64.so.1"),
}


class NotBuilt(Exception):  # noqa: N818 -- not always an error
    """Why there is no library, as a sentence's end."""


class Target(NamedTuple):
    """What the library is compiled for."""

    system: str  # linux, macos, windows or another
    machine: str  # x86_64, aarch64 or another

    @classmethod
    def here(cls) -> "Target":
        """Return the target of this Python, which may be narrower than the machine: 32 bits on 64."""
        words = sysconfig.get_platform().replace("win32", "win-x86").split("-")  # linux-x86_64, macosx-11.0-universal2
        system, machine = words[0], platform.machine() if words[-1] == "universal2" else words[-1]
        names = {"amd64": "x86_64", "arm64": "aarch64", "macosx": "macos", "win": "windows"}
        return cls(names.get(system, system), names.get(machine, machine))

    @property
    def library(self) -> str:
        """Return the name of the library's file."""
        return "kernels" + {"macos": ".dylib", "windows": ".dll"}.get(self.system, ".so")

    @property
    def macos(self) -> str:
        """Return the oldest macOS that is to run it."""
        oldest = "11.0" if self.machine == "aarch64" else "10.13"
        return os.environ.get("MACOSX_DEPLOYMENT_TARGET", oldest)

    @property
    def glibc(self) -> bool:
        """Tell whether Python itself uses the GNU C library, as most of Linux does."""
        return self.system == "linux" and platform.libc_ver()[0] == "glibc"

    @property
    def zig(self) -> str:
        """Return the target in zig's words."""
        linux = "linux-gnu.2.17" if self.glibc else "linux-musl"
        end = {"linux": linux, "macos": f"macos.{self.macos}", "windows": "windows-gnu"}
        return f"{self.machine}-{end.get(self.system, self.system)}"

    def tag(self, library: Path) -> str:
        """Return the platform in a wheel's tag; on Linux the C library's symbols decide how old a system will do."""
        if self.system == "macos":
            return f"macosx_{'_'.join(self.macos.split('.')[:2])}_{'arm64' if self.machine == 'aarch64' else 'x86_64'}"
        if self.glibc:
            content = library.read_bytes()
            if set(re.findall(rb"\0((?:lib|ld-)[\w+-]+\.so[.\d]*)(?=\0)", content)) <= SYSTEM_LIBRARIES:
                needed = [17, *map(int, re.findall(rb"\0GLIBC_2\.(\d+)(?=[.\d]*\0)", content))]
                return f"manylinux_2_{max(needed)}_{self.machine}"
        return re.sub(r"\W", "_", sysconfig.get_platform())


# ---------------------------------------------------------------- compiling
def compilers(target: Target) -> list[list[str]]:
    """Return the commands that may compile, the ones that were asked for first; CC=ziglang asks for zig."""
    zig = [sys.executable, "-m", "ziglang", "cc", "-target", target.zig] if find_spec("ziglang") else []
    asked = [
        shlex.split(os.environ[name], posix=os.name == "posix")
        for name in ("CXX", "CC")
        if os.environ.get(name, "").strip()
    ]
    found = asked + [[name] for name in ("cc", "gcc", "clang", "c++", "g++", "clang++")]
    if target.system == "windows":  # gcc there leaves wide vectors on a stack that is not aligned: a known crash
        found = [command for command in found if "clang" in Path(command[0]).name]
    paths = [shutil.which(command[0]) for command in found]  # cc and gcc are often one: it is tried once
    by_path: dict[tuple[str, ...], list[str]] = {}
    for path, command in zip(paths, found, strict=True):
        if path:
            by_path.setdefault((os.path.realpath(path), *command[1:]), command)
    found = list(by_path.values())
    if zig:
        found.insert(0 if target.system == "windows" or ["ziglang"] in asked else len(found), zig)
    return found


def run(command: list[str]) -> None:
    """Run a command of the compiler; its first error becomes the reason."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=900, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotBuilt(f"{command[0]} failed ({error})") from None
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()] or [f"exit {done.returncode}"]
        raise NotBuilt(f"{command[0]} failed ({next((line for line in lines if 'error' in line), lines[-1])[:300]})")


def compile_with(command: list[str], target: Target, sources: Path, folder: Path, sanitize: bool) -> Path:
    """Compile each level into an object of its own, and link them; return the library's path."""
    zig = "ziglang" in command
    apple = target.system == "macos" and not zig  # its own compiler and linker
    levels = LEVELS.get(target.machine, {"plain": ()})
    shared = [*(SANITIZED if sanitize else OPTIMIZED), *(["-fPIC"] if target.system != "windows" else [])]
    if target.machine == "x86_64":
        shared.append("-march=x86_64" if zig else "-march=x86-64")
    if apple:
        arch = "arm64" if target.machine == "aarch64" else "x86_64"
        command = [*command, "-arch", arch, f"-mmacosx-version-min={target.macos}"]
    kernels = str(sources / "kernels.cpp")
    jobs = [[*CXX, *shared, *flags, f"-DLEVEL={level}", kernels] for level, flags in levels.items()]
    jobs.append([*C, *shared, f"-DLEVELS={' '.join(levels)}", str(sources / "levels.c")])
    objects = [str(folder / f"{i}.o") for i in range(len(jobs))]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(run, [[*command, *job, "-c", "-o", path] for job, path in zip(jobs, objects, strict=True)]))
    library = folder / target.library
    link = ["-fsanitize=address,undefined" if sanitize else "-Wl,-x" if apple else "-s"]
    if target.system == "linux":  # no C++ library, since nothing of one is used; and nothing may be left undefined
        link += ["-Wl,--as-needed", *([] if sanitize else ["-Wl,-z,defs", "-static-libgcc"])]
    run([*command, "-shared", "-o", str(library), *objects, *link, *([] if target.system == "windows" else ["-lm"])])
    return library


def compiled(target: Target, sources: Path, folder: Path, sanitize: bool = False) -> Path:
    """Return the library, compiled by the first compiler that can."""
    if target.system == "emscripten":
        raise NotBuilt("not built: a browser loads no such library")
    failures: list[str] = []
    for command in compilers(target):
        try:
            return compile_with(command, target, sources, folder, sanitize)
        except NotBuilt as failure:
            failures.append(str(failure))
    if failures:
        raise NotBuilt(f"not built: when glassnet was installed, {failures[0]}")
    raise NotBuilt("not built: no C compiler was found when glassnet was installed")


# ---------------------------------------------------------------- what is installed
def build(root: Path, folder: Path, target: Target) -> dict[str, Path]:
    """Build into a folder; return the files to install, by name: the library, and its checksum or why there is none."""
    wish = os.environ.get("GLASSNET_NATIVE", "")
    if wish not in ("", "0", "require", "sanitize"):
        raise ValueError(f'GLASSNET_NATIVE: expected 0, require or sanitize, got "{wish}"')
    about, files = {}, {}
    try:
        if wish == "0":
            raise NotBuilt("not built: GLASSNET_NATIVE=0 was set when glassnet was installed")
        library = compiled(target, root / FOLDER, folder, sanitize=wish == "sanitize")
        about = {"sha256": hashlib.sha256(library.read_bytes()).hexdigest()}
        files = {target.library: library}
    except NotBuilt as reason:
        if wish in ("require", "sanitize"):
            raise RuntimeError(f"GLASSNET_NATIVE={wish}, but the native library is {reason}") from None
        about = {"why_not": str(reason)}
    (folder / "kernels.json").write_text(json.dumps(about) + "\n", "utf-8")
    return files | {"kernels.json": folder / "kernels.json"}


def build_in_place(root: Path) -> Path | None:
    """Build beside the sources, for an editable installation; return the library, if there is one."""
    target, end = Target.here(), "-sanitized" if os.environ.get("GLASSNET_NATIVE") == "sanitize" else ""
    names = (target.library, "kernels.json")
    places = {name: root / FOLDER / name.replace("kernels", f"kernels{end}") for name in names}
    with tempfile.TemporaryDirectory() as folder:
        files = build(root, Path(folder), target)
        for name, place in places.items():
            if name in files:
                new = place.with_name(f"{place.name}.new")
                shutil.copyfile(files[name], new)
                new.replace(place)  # processes that have loaded the old one keep it
            else:
                place.unlink(missing_ok=True)
    return places[target.library] if target.library in files else None


class NativeLibrary(BuildHookInterface[Any]):
    """What hatchling calls before and after it makes a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the library, and tag a wheel that holds it with the platform; any Python may load it."""
        if version == "editable":
            build_in_place(Path(self.root))
            return
        if os.environ.get("GLASSNET_NATIVE") == "sanitize":
            raise ValueError("GLASSNET_NATIVE=sanitize: expected an editable installation, got a wheel")
        self.folder = tempfile.mkdtemp()
        target = Target.here()
        files = build(Path(self.root), Path(self.folder), target)
        inside = FOLDER.relative_to("src").as_posix()
        build_data["force_include"] |= {str(path): f"{inside}/{name}" for name, path in files.items()}
        if target.library in files:
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{target.tag(files[target.library])}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what the wheel now holds."""
        shutil.rmtree(getattr(self, "folder", ""), ignore_errors=True)


if __name__ == "__main__":
    print(build_in_place(Path(__file__).parent) or "glassnet works without the native library")
