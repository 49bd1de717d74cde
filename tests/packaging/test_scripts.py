"""The scripts in a copied tree, with stand-ins for Python, apt and the linker on the PATH."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="bash scripts")

PYTHON = """#!/bin/bash
echo "python $*" >>"$CALLS"
case "$*" in
*'%d.%d.%d'*) echo 3.11.7 ;;
*'%d.%d'*) echo "${VERSION:-3.11}" ;;
*'sys.exit(sys.version_info'*) exit "${OLD:-0}" ;;
*ensurepip*) exit "${BARE:-0}" ;;
*torchvision*) [ -z "${UNPAIRED:-}" ] || { echo "RuntimeError: $UNPAIRED" >&2; exit 1; } ;;
'-m venv '*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
'-m pip install'*)
    echo "pip's words"
    [ "${PIP:-0}" != interrupted ] || { kill -TERM $PPID; exec sleep 60; }
    exit "${PIP:-0}" ;;
'-m ruff check'*) exit "${RUFF:-0}" ;;
*'-m pytest'*)
    for word; do case $word in --junitxml=*) report=${word#*=} ;; esac; done
    status=$(cat "$STATUS/${report##*/}" 2>/dev/null || echo 0)
    tests='<testsuites><testsuite tests="4" failures="1" errors="0" skipped="1"/></testsuites>'
    [ "$status" -gt 5 ] || echo "$tests" >"$report"
    exit "$status" ;;
'- '*) exec "$REAL_PYTHON" "$@" ;;
*cpu_count*) echo 2 ;;
*'-m ganstudio'*) shift 3; printf '<%s>' "$@"; echo " in $PWD" ;;
esac
"""
STUBS = {
    "python3": PYTHON,
    "id": '#!/bin/bash\necho "${USER_ID:-1000}"\n',
    "uname": '#!/bin/bash\necho "${SYSTEM:-Linux}"\n',
    "ldconfig": '#!/bin/bash\necho "ldconfig $*" >>"$CALLS"\ncat "$LIBRARIES"\n',
    "apt-get": '#!/bin/bash\necho "apt-get $*" >>"$CALLS"\nexit "${APT:-0}"\n',
    "apt-cache": '#!/bin/bash\nexit "${CACHE:-1}"\n',
    "xvfb-run": '#!/bin/bash\nshift 3\nexec "$@"\n',
    "Xvfb": "#!/bin/bash\n",
    "xauth": "#!/bin/bash\n",
}


@dataclass
class Machine:
    """A copied tree and a small world around it."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return self.folder / "GAN Studio"

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def calls(self) -> str:
        log = self.folder / "calls"
        return log.read_text() if log.exists() else ""

    def pip_calls(self) -> list[str]:
        return re.findall(r"-m pip install .*", self.calls)

    def start(self, script: str, *arguments: str, **changes: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [str(self.root / "packaging" / script), *arguments],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            cwd=self.folder,
            env=self.environment | changes,
            check=False,
        )


def sonames() -> list[str]:
    text = (ROOT / "packaging" / "_common.sh").read_text()
    text += (ROOT / "packaging" / "test").read_text()
    return re.findall(r"(lib[\w.+-]+\.so\.\d+)=", text)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    shutil.copytree(ROOT / "packaging", machine.root / "packaging")
    (machine.root / "pyproject.toml").write_text("[project]\n")
    stubs = tmp_path / "stubs"
    stubs.mkdir()
    for name, text in STUBS.items():
        (stubs / name).write_text(text)
        (stubs / name).chmod(0o755)
    libraries = tmp_path / "libraries"
    libraries.write_text("".join(f"\t{name} (libc6,x86-64) => /lib/{name}\n" for name in sonames()))
    (tmp_path / "status").mkdir()
    machine.environment = {
        "PATH": f"{stubs}{os.pathsep}/usr/bin{os.pathsep}/bin",
        "HOME": str(tmp_path),
        "CALLS": str(tmp_path / "calls"),
        "LIBRARIES": str(libraries),
        "STATUS": str(tmp_path / "status"),
        "REAL_PYTHON": sys.executable,
        "DISPLAY": ":0",
    }
    return machine


def lose(machine: Machine, *names: str) -> None:
    path = Path(machine.environment["LIBRARIES"])
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if line.split()[0] not in names))


@pytest.mark.parametrize("name", ["packaging/run", "packaging/test", ".ci/run"])
def test_scripts_are_executable_and_parse(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)
    subprocess.run(["bash", "-n", str(ROOT / name)], check=True)


def test_ci_calls_the_test_script_and_nothing_else() -> None:
    lines = (ROOT / ".ci" / "run").read_text().split("\n")
    assert [line for line in lines if line and not line.startswith("#")] == [
        'exec "$(dirname "${BASH_SOURCE[0]}")/../packaging/test"'
    ]


def test_a_second_start_installs_nothing(machine: Machine) -> None:
    first = machine.start("run")
    assert first.returncode == 0, first.stderr
    assert "Installing GAN Studio" in first.stderr
    assert "pip's words" not in first.stdout + first.stderr
    assert machine.pip_calls() == ["-m pip install --disable-pip-version-check --no-input -e ."]
    second = machine.start("run")
    assert second.returncode == 0
    assert second.stderr == ""
    assert len(machine.pip_calls()) == 1


def test_arguments_pass_through_from_any_folder(machine: Machine) -> None:
    machine.start("run")
    ended = machine.start("run", "train", "--run", "a b", "", "*", DISPLAY="")
    assert ended.stdout == f"<train><--run><a b><><*> in {machine.folder}\n"


def test_terminal_commands_ask_for_no_display_libraries(machine: Machine) -> None:
    lose(machine, "libGL.so.1")
    for arguments in (["list", "variants"], ["--help"], ["--version"]):
        assert machine.start("run", *arguments).returncode == 0
    assert "ldconfig" not in machine.calls


def test_without_a_display_the_default_recipe_is_trained(machine: Machine) -> None:
    lose(machine, "libGL.so.1")
    ended = machine.start("run", DISPLAY="")
    assert ended.stdout.startswith("<train> ")
    assert "no display" in ended.stderr


def test_missing_libraries_are_named_in_one_command(machine: Machine) -> None:
    lose(machine, "libGL.so.1", "libglib-2.0.so.0", "libxcb-shape.so.0")
    ended = machine.start("run")
    assert ended.returncode == 1
    assert "    sudo apt-get install libgl1 libglib2.0-0 libxcb-shape0\n" in ended.stderr
    assert machine.pip_calls() == []
    assert "apt-get" not in machine.calls
    renamed = machine.start("run", CACHE="0")
    assert "    sudo apt-get install libgl1 libglib2.0-0t64 libxcb-shape0\n" in renamed.stderr


def test_root_has_missing_libraries_installed(machine: Machine) -> None:
    lose(machine, "libEGL.so.1", "libxcb-cursor.so.0")
    ended = machine.start("run", USER_ID="0")
    assert ended.returncode == 0, ended.stderr
    installs = [line for line in machine.calls.splitlines() if line.startswith("apt-get")]
    assert installs[0].endswith(" update")
    assert installs[1].endswith(" install -y --no-install-recommends libegl1 libxcb-cursor0")
    assert len(installs) == 2


def test_where_apt_fails_the_command_is_named(machine: Machine) -> None:
    lose(machine, "libEGL.so.1")
    ended = machine.start("run", USER_ID="0", APT="100", TMPDIR=str(machine.folder))
    assert ended.returncode == 1
    assert "    apt-get install libegl1\n" in ended.stderr
    assert machine.pip_calls() == []


def test_a_missing_venv_module_joins_the_same_command(machine: Machine) -> None:
    lose(machine, "libEGL.so.1")
    for name in ("python3.14", "python3.13", "python3.12", "python3.11", "python"):
        shutil.copy(machine.folder / "stubs" / "python3", machine.folder / "stubs" / name)
    ended = machine.start("run", BARE="1")
    assert ended.returncode == 1
    command = re.search(r"sudo apt-get install (.*)", ended.stderr)
    assert command is not None
    assert set(command[1].split()) == {"python3.11-venv", "libegl1"}


def test_too_old_a_python_is_named(machine: Machine) -> None:
    for name in ("python3.14", "python3.13", "python3.12", "python3.11", "python"):
        shutil.copy(machine.folder / "stubs" / "python3", machine.folder / "stubs" / name)
    ended = machine.start("run", OLD="1", VERSION="3.9")
    assert ended.returncode == 1
    assert f"found: 3.9 ({machine.folder}/stubs/python3)" in ended.stderr
    assert not machine.venv.exists()


def test_other_systems_have_no_libraries_checked(machine: Machine) -> None:
    ended = machine.start("run", SYSTEM="Darwin", DISPLAY="")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("<>")
    assert "ldconfig" not in machine.calls


def test_changed_dependencies_are_installed(machine: Machine) -> None:
    machine.start("run")
    (machine.root / "pyproject.toml").write_text("[project]\nname='x'\n")
    assert machine.start("run").returncode == 0
    assert len(machine.pip_calls()) == 2
    assert machine.calls.count("-m venv") == 1


def test_a_moved_folder_is_installed_anew(machine: Machine) -> None:
    machine.start("run")
    moved = Machine(machine.folder / "elsewhere", machine.environment)
    moved.folder.mkdir()
    machine.root.rename(moved.root)
    assert moved.start("run").returncode == 0
    assert len(machine.pip_calls()) == 2


def test_extras_add_up(machine: Machine) -> None:
    machine.start("run")
    machine.start("test")
    machine.start("run")
    assert [call.rsplit(" ", 1)[1] for call in machine.pip_calls()] == [".", ".[test]"]
    (machine.root / "pyproject.toml").write_text("[project]\nname='x'\n")
    machine.start("run")
    assert machine.pip_calls()[-1].endswith(".[test]")


def test_an_interrupted_installation_is_redone(machine: Machine) -> None:
    interrupted = machine.start("run", PIP="interrupted")
    assert interrupted.returncode == 130
    assert "-m ganstudio" not in machine.calls
    (machine.venv / "leftover").touch()
    ended = machine.start("run")
    assert ended.returncode == 0, ended.stderr
    assert "interrupted" in ended.stderr
    assert not (machine.venv / "leftover").exists()
    assert not (machine.venv / "installing").exists()
    assert len(machine.pip_calls()) == 2


def test_an_installation_under_way_is_left_alone(machine: Machine) -> None:
    machine.venv.mkdir()
    code = "import sys; sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "packaging/run"], stdin=subprocess.PIPE
    ) as other:
        (machine.venv / "installing").write_text(f"{other.pid}\n")
        ended = machine.start("run")
    assert ended.returncode == 1
    assert f"(process {other.pid})" in ended.stderr
    assert machine.pip_calls() == []


def test_a_broken_environment_is_made_anew(machine: Machine) -> None:
    machine.start("run")
    (machine.venv / "bin" / "python").unlink()
    ended = machine.start("run")
    assert ended.returncode == 0, ended.stderr
    assert "does not work" in ended.stderr
    assert machine.calls.count("-m venv") == 2


def test_a_failed_installation_is_told_and_gone_on_with(machine: Machine) -> None:
    ended = machine.start("run", PIP="1", TMPDIR=str(machine.folder))
    assert ended.returncode == 1
    assert "pip's words" in ended.stderr
    assert "-m ganstudio" not in machine.calls
    assert machine.start("run").returncode == 0
    assert machine.calls.count("-m venv") == 1
    assert len(machine.pip_calls()) == 2


def test_an_unmatched_pair_is_told_with_its_remedy(machine: Machine) -> None:
    ended = machine.start("run", UNPAIRED="operator torchvision::nms does not exist")
    assert ended.returncode == 1
    assert "RuntimeError: operator torchvision::nms does not exist\n" in ended.stderr
    assert "-m pip install --force-reinstall torch torchvision" in ended.stderr
    assert "-m ganstudio" not in machine.calls


def test_every_stage_runs_and_the_counts_are_summed(machine: Machine) -> None:
    ended = machine.start("test", "-k", "some thing", RUFF="1")
    assert ended.returncode == 1
    for module in ("ruff format --check .", "ruff check .", "mypy"):
        assert f"python -m {module}\n" in machine.calls
    assert "importlinter" in machine.calls
    pytests = [line for line in machine.calls.splitlines() if "-m pytest" in line]
    assert [line.endswith("-k some thing") for line in pytests] == [True, True]
    assert "-m not gl -n 2" in pytests[0]
    assert "-m gl" in pytests[1]
    assert re.search(r"ruff check +\d+ s  FAILED \(1\)", ended.stdout)
    assert re.search(r"mypy +\d+ s  ok", ended.stdout)
    assert ended.stdout.splitlines()[-1] == "4 passed, 2 failed, 2 skipped"


def test_all_stages_fine_is_success(machine: Machine) -> None:
    ended = machine.start("test")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "FAILED" not in ended.stdout


def test_a_crashed_pytest_counts_as_a_failure(machine: Machine) -> None:
    (machine.folder / "status" / "gl.xml").write_text("139\n")
    ended = machine.start("test")
    assert ended.returncode == 1
    assert ended.stdout.splitlines()[-1] == "2 passed, 2 failed, 1 skipped"


def test_finding_no_test_fails_unless_arguments_narrow(machine: Machine) -> None:
    (machine.folder / "status" / "gl.xml").write_text("5\n")
    assert machine.start("test").returncode == 1
    narrowed = machine.start("test", "tests/test_knobs.py")
    assert narrowed.returncode == 0, narrowed.stdout
    assert narrowed.stdout.splitlines()[-1] == "2 passed, 1 failed, 1 skipped"
    (machine.folder / "status" / "offscreen.xml").write_text("5\n")
    nothing = machine.start("test", "-k", "nonsense")
    assert nothing.returncode == 1
    assert "No test fits" in nothing.stdout
