"""The recipes for clusters, run by two nodes that are processes of this machine; the script of their page."""

import os
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

from glassnet import load
from shared import ROOT

RECIPES = ROOT / "docs" / "recipes"
SRUN = '#!/bin/bash\nfor node in 1 2; do "$@" & done\nwait -n; first=$?; wait -n; second=$?\nexit $((first + second))\n'
SCONTROL = "#!/bin/bash\necho localhost\n"


@pytest.fixture
def here(tmp_path):
    """Return a folder with a table, and stand-ins for the commands of a cluster in front of the path."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 2))
    rows = "\n".join(f"{a:.3f},{b:.3f},{'yes' if a > b else 'no'}" for a, b in X)
    (tmp_path / "table.csv").write_text(f"a,b,y\n{rows}\n")
    (tmp_path / "bin").mkdir()
    torchrun = f'#!/bin/bash\nexec {sys.executable} -m torch.distributed.run "$@"\n'
    for name, text in {"srun": SRUN, "scontrol": SCONTROL, "torchrun": torchrun}.items():
        path = tmp_path / "bin" / name
        path.write_text(text)
        path.chmod(0o755)
    return tmp_path


def environment(folder, **more):
    return {**os.environ, "OMP_NUM_THREADS": "1", "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}", **more}


@pytest.mark.needs("linux")
def test_the_slurm_script_is_one_of_bash():
    subprocess.run([shutil.which("bash"), "-n", str(RECIPES / "slurm.sh")], check=True)


@pytest.mark.long
@pytest.mark.needs("linux", "torch")
def test_the_slurm_script_trains_on_two_nodes(here):
    slurm = {"SLURM_JOB_NODELIST": "here", "SLURM_NNODES": "2", "SLURM_CPUS_PER_TASK": "1", "SLURM_JOB_ID": "7"}
    command = ["bash", str(RECIPES / "slurm.sh"), "table.csv", "y"]
    done = subprocess.run(
        command, cwd=here, env=environment(here, **slurm), capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Saved     table.glassnet") == 1
    assert load(here / "table.glassnet").score is not None


@pytest.mark.long
@pytest.mark.needs("linux", "torch")
def test_the_command_of_the_kubernetes_job_trains_on_two_pods(here):
    from ruamel.yaml import YAML

    service, job = YAML(typ="safe").load_all((RECIPES / "kubernetes.yaml").read_text("utf-8"))
    spec = job["spec"]
    pod = spec["template"]["spec"]
    (container,) = pod["containers"]
    assert (service["kind"], job["kind"], spec["completionMode"]) == ("Service", "Job", "Indexed")
    assert service["metadata"]["name"] == pod["subdomain"]
    assert service["spec"]["selector"] == {"job-name": job["metadata"]["name"]}
    values = {each["name"]: each["value"] for each in container["env"]}
    assert values["NODES"] == str(spec["completions"]) == str(spec["parallelism"])
    assert values["FIRST"] == f"{job['metadata']['name']}-0.{pod['subdomain']}"
    given = environment(here, **{**values, "NODES": "2", "FIRST": "localhost", "FOLDER": str(here)})
    command = [*container["command"], *container["args"]]
    assert command[0] == "bash"
    pods = [
        subprocess.Popen(
            command, env={**given, "JOB_COMPLETION_INDEX": str(i)}, cwd=here, stdout=subprocess.PIPE, text=True
        )
        for i in range(2)
    ]
    said = "".join(pod.communicate(timeout=300)[0] for pod in pods)
    assert [pod.returncode for pod in pods] == [0, 0]
    assert said.count("Saved     ") == 1
    assert (here / "table.glassnet").exists()


def test_the_script_of_the_page_runs_alone(tmp_path, monkeypatch, capsys):
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "many-machines.md").read_text("utf-8"), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "many-machines.md", "exec"), {})
    assert "200 steps" in capsys.readouterr().out
    assert load("xor.glassnet").L == 2
