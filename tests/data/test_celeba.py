"""CelebA from a folder of pictures and a list; these are tiny ones of our own."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganstudio.data import celeba
from ganstudio.data.base import DataError
from ganstudio.data.celeba import NAMES, CelebA

COUNT = 5


def write(root: Path) -> Path:
    folder = root / "celeba"
    (folder / "img_align_celeba").mkdir(parents=True)
    lines = [str(COUNT), " ".join(NAMES) + " "]
    for index in range(COUNT):
        name = f"{index + 1:06}.jpg"
        pixels = np.full((218, 178, 3), 40 * index, np.uint8)
        pixels[:24] = pixels[-24:] = 255  # cut away
        Image.fromarray(pixels).save(folder / "img_align_celeba" / name, quality=95)
        marks = ["1" if (index + place) % 3 == 0 else "-1" for place in range(40)]
        lines.append(f"{name}  {'  '.join(marks)}")
    (folder / "list_attr_celeba.txt").write_text("\n".join(lines) + "\n")
    return folder


def made(root: Path, told=None, **knobs) -> CelebA:
    return CelebA(CelebA.Config(**{"size": 32, **knobs}), root, told)


def test_faces_are_cut_from_the_middle_and_made_smaller(tmp_path):
    write(tmp_path)
    x = made(tmp_path).load().x
    assert x.shape == (COUNT, 3, 32, 32)
    assert x.dtype == torch.uint8
    for index in range(COUNT):
        assert (x[index].long() - 40 * index).abs().max() <= 4


def test_attributes_are_the_condition_when_they_are_asked_for(tmp_path):
    write(tmp_path)
    plain = made(tmp_path).load()
    assert plain.conditions is None
    assert set(plain.attributes) == set(NAMES)
    told = made(tmp_path, "attributes").load().conditions
    spec = CelebA.spec(CelebA.Config()).telling("attributes").condition
    assert told.shape == (COUNT, *spec.shape)
    assert told[0].tolist() == [float(place % 3 == 0) for place in range(40)]
    assert told[1, NAMES.index("Arched_Eyebrows")] == 0
    assert plain.attributes["Bald"].tolist() == told[:, NAMES.index("Bald")].tolist()


def test_the_second_start_reads_no_picture(tmp_path, monkeypatch):
    write(tmp_path)
    first = made(tmp_path).load().x.clone()
    monkeypatch.setattr(celeba, "_face", lambda *_: pytest.fail("it read a picture"))
    second = made(tmp_path).load().x
    assert torch.equal(first, second)
    second.zero_()  # whoever writes to the tensor leaves the file alone
    assert torch.equal(first, made(tmp_path).load().x)


@pytest.mark.parametrize("spoil", [lambda old: old[:200], lambda old: b"", lambda old: b"x" * 99])
def test_a_spoilt_copy_is_made_again(spoil, tmp_path):
    folder = write(tmp_path)
    first = made(tmp_path).load().x.clone()
    (kept,) = folder.glob("*.npy")
    kept.write_bytes(spoil(kept.read_bytes()))
    assert torch.equal(first, made(tmp_path).load().x)


def test_a_folder_that_takes_no_copy_is_still_read(tmp_path, monkeypatch, caplog):
    write(tmp_path)

    def refuse(*_):
        raise OSError("read-only")

    monkeypatch.setattr(np.lib.format, "open_memmap", refuse)
    assert len(made(tmp_path).load().x) == COUNT
    assert "cannot be written" in caplog.text


def test_a_broken_picture_is_named_and_leaves_no_half_copy(tmp_path):
    folder = write(tmp_path)
    path = folder / "img_align_celeba" / "000003.jpg"
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(DataError, match=r"000003\.jpg"):
        made(tmp_path).load()
    assert sorted(p.name for p in folder.iterdir()) == ["img_align_celeba", "list_attr_celeba.txt"]


@pytest.mark.parametrize(
    ("old", "new"), [("Bald", "Hairless"), ("000002.jpg  -1", "000002.jpg"), ("-1", "7")]
)
def test_a_damaged_list_is_named(old, new, tmp_path):
    path = write(tmp_path) / "list_attr_celeba.txt"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(DataError, match="damaged") as caught:
        made(tmp_path).load()
    assert str(path) in str(caught.value)


def test_only_what_lacks_is_missing(tmp_path):
    assert "are not there" in CelebA.missing(CelebA.Config(), tmp_path)[0]
    folder = write(tmp_path)
    assert CelebA.missing(CelebA.Config(), tmp_path) == []
    (folder / "list_attr_celeba.txt").unlink()
    assert "and list_attr_celeba.txt is not there" in CelebA.missing(CelebA.Config(), tmp_path)[0]


def test_names_lead_to_no_file_outside(tmp_path):
    path = write(tmp_path) / "list_attr_celeba.txt"
    path.write_text(path.read_text().replace("000001.jpg", "../../000001.jpg"))
    assert len(made(tmp_path).load().x) == COUNT


def test_the_preview_shows_files_that_are_there(tmp_path):
    assert made(tmp_path).preview(3) is None
    write(tmp_path)
    preview = made(tmp_path).preview(3)
    assert preview.shape == (3, 3, 32, 32)
    assert torch.equal(preview, made(tmp_path).load().x[:3])
    assert made(tmp_path).preview(COUNT + 1) is None
