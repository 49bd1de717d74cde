import sys

from ganstudio.cli.progress import Loading

TOLD = (
    "Reading mnist",
    "Downloading MNIST: connecting",
    "Downloading MNIST: 1.0 of 2.0 MB",
    "Downloading MNIST: 2.0 of 2.0 MB",
    "Building gan",
)


def show() -> None:
    loading = Loading()
    for text in TOLD:
        loading.show(text)
    loading.end()


def test_a_file_gets_one_line_for_each_thing(capsys):
    show()
    assert capsys.readouterr().out.splitlines() == [
        "Reading mnist ...", "Downloading MNIST ...", "Building gan ...",
    ]  # fmt: skip


def test_a_terminal_sees_how_far_it_is_in_one_line(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    show()
    lines = capsys.readouterr().out.split("\n")
    assert lines[0] == "Reading mnist ..."
    assert lines[1].split("\r")[-1].endswith("Downloading MNIST: 2.0 of 2.0 MB")
    assert lines[2] == "Building gan ..."
