"""Nothing in the program runs what a file says: looked for in every line of it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import ganstudio

ROOT = Path(ganstudio.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
FORBIDDEN = {
    "pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "yaml",
    "jsonpickle", "torch.package", "scipy.io", "pandas", "h5py", "code", "codeop",
}  # fmt: skip
"""Modules that run, or can be made to run, what they read; scipy.io reserves what a file claims."""
FOREIGN = {"metrics/_inception.py"}
"""Where the weights that torchvision published are opened, when somebody asks for them."""
RUNS = {"eval", "exec", "compile", "__import__"}


def dotted(node: ast.expr) -> str:
    """``a.b.c`` of an expression; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def faults(source: str, name: str = "x.py") -> list[str]:
    """What a source does that could run the content of a file."""
    found = []
    for node in ast.walk(ast.parse(source)):
        modules: list[str] = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for module in modules:
            if any(module == bad or module.startswith(f"{bad}.") for bad in FORBIDDEN):
                found.append(f"imports {module}")
        if isinstance(node, ast.Call):
            found += _calls(node, name)
    return found


def _calls(node: ast.Call, name: str) -> list[str]:
    called = dotted(node.func)
    given = {word.arg: ast.unparse(word.value) for word in node.keywords}
    if called in RUNS:
        return [f"calls {called}"]
    if called in ("np.load", "numpy.load", "npy.read_array", "np.lib.format.read_array"):
        return [] if given.get("allow_pickle") == "False" else [f"calls {called} that may unpickle"]
    if called.endswith(("torch.load", "hub.load_state_dict_from_url", "torch.jit.load")):
        safe = given.get("weights_only") == "True" and name in FOREIGN
        return [] if safe else [f"calls {called}"]
    if called.endswith(("loadmat", "fromfile", "load_npz")) or called == "torch.serialization.load":
        return [f"calls {called}"]
    if called.startswith("subprocess.") and given.get("shell", "False") != "False":
        return [f"calls {called} through a shell"]
    return ["calls os.system"] if called in ("os.system", "os.popen") else []


def test_no_file_of_the_program_runs_what_it_reads() -> None:
    names = {path.relative_to(ROOT).as_posix(): path for path in FILES}
    found = {name: faults(path.read_text("utf-8"), name) for name, path in names.items()}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_there_is_something_to_look_at() -> None:
    assert len(FILES) > 300
    assert (ROOT / "metrics/_inception.py") in FILES


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from pickle import loads",
        "from torch import package",
        "import torch.package",
        "import joblib",
        "from scipy import io",
        "import yaml as y",
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
        "np.load(path, allow_pickle=flag)",
        "torch.load(path)",
        "torch.load(path, weights_only=True)",  # not everywhere
        "eval(text)",
        "exec(compile(text, 'a', 'exec'))",
        "__import__(name)",
        "subprocess.run(text, shell=True)",
        "np.fromfile(path)",
    ],
)
def test_what_is_looked_for_would_be_found(line: str) -> None:
    assert faults(line)


@pytest.mark.parametrize(
    "line",
    ["model.eval()", "application.exec()", "re.compile(x)", "np.load(p, allow_pickle=False)"],
)
def test_what_only_looks_like_it_is_not_found(line: str) -> None:
    assert not faults(line)


def test_weights_of_others_are_opened_in_one_place_alone() -> None:
    opened = [path for path in FILES if "torch.load(" in path.read_text(encoding="utf-8")]
    assert [path.relative_to(ROOT).as_posix() for path in opened] == sorted(FOREIGN)
    assert not faults("torch.load(path, weights_only=True)", "metrics/_inception.py")
