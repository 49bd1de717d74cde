"""Places worth keeping, by name, in the folder of a run."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from send2trash import send2trash

from ganstudio.latent import file
from ganstudio.latent.stand import Stand
from ganstudio.ui.run_place import is_gone

FOLDER = "favourites"
PICTURE = ".png"
MOST_AS_TEXT = 4096  # numbers; a place with more of them is kept as safetensors
LONGEST_NAME, MOST_PX = 60, 160
SUFFIXES = (".toml", ".safetensors")
_KEEP = Qt.AspectRatioMode.KeepAspectRatio
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


@dataclass(frozen=True)
class Favourite:
    """One kept place.

    Attributes:
        path: of its file.
        stand: the place.
        image: what it looked like when it was kept; None where nobody knows.
    """

    path: Path
    stand: Stand
    image: QImage | None

    @property
    def name(self) -> str:
        """What it is called."""
        return self.path.stem


class Favourites:
    """The kept places of one run, each a latent file that the command line takes too.

    Args:
        run: the run's folder; the favourites lie in a folder inside.
    """

    def __init__(self, run: Path) -> None:
        self.folder = run / FOLDER

    def read(self) -> tuple[list[Favourite], list[str]]:
        """All of them, the oldest first, and why some could not be read."""
        found, faults = [], []
        for path in self._files():
            try:
                image = QImage(str(path.with_suffix(PICTURE)))
                found.append(Favourite(path, file.load(path), None if image.isNull() else image))
            except file.LatentError as error:
                faults.append(f"{path.name} is no favourite: {error}.")
        return found, faults

    def _files(self) -> list[Path]:
        """The oldest first; not those that another window has only claimed, or takes away now."""
        found = []
        for path in self.folder.glob("*.*"):
            with suppress(FileNotFoundError):
                state = path.stat()
                if path.suffix in SUFFIXES and state.st_size:
                    found.append((state.st_mtime_ns, path.name, path))
        return [path for _, _, path in sorted(found)]

    def add(self, stand: Stand, image: QImage | None, name: str = "") -> Favourite:
        """Keep a place under a name that is free.

        Raises:
            FileNotFoundError: if the run itself is gone.
            OSError: if it cannot be written.
        """
        if is_gone(self.folder.parent):
            raise FileNotFoundError(f"the run {self.folder.parent.name} is gone")
        self.folder.mkdir(parents=True, exist_ok=True)
        numbers = stand.z.size + sum(value.size for value in stand.told.values())
        numbers += 0 if stand.shift is None else stand.shift.size
        suffix = SUFFIXES[numbers > MOST_AS_TEXT]
        path = self._claim(_tidy(name) or "Star 1", suffix)
        try:
            file.save(path, stand)
        except (OSError, file.LatentError):
            path.unlink(missing_ok=True)
            raise
        kept = None if image is None or image.isNull() else image
        if kept is not None:
            size = kept.size().boundedTo(kept.size().scaled(MOST_PX, MOST_PX, _KEEP))
            kept = kept.scaled(size, _KEEP, Qt.TransformationMode.SmoothTransformation)
            picture = path.with_suffix(PICTURE)
            if not kept.save(str(picture)):  # a place without a picture is a favourite too
                picture.unlink(missing_ok=True)
        return Favourite(path, stand, kept)

    def rename(self, favourite: Favourite, name: str) -> Favourite:
        """Call it something else; a name that is taken gets a number.

        Raises:
            ValueError: if nothing of the name can be in a file's name.
            OSError: if the file cannot be renamed.
        """
        tidy = _tidy(name)
        if not tidy:
            raise ValueError("a favourite needs a name with letters or digits")
        if tidy == favourite.name:
            return favourite
        path = self._claim(tidy, favourite.path.suffix)
        try:
            favourite.path.replace(path)
        except OSError:
            path.unlink(missing_ok=True)
            raise
        picture = favourite.path.with_suffix(PICTURE)
        if picture.exists():
            picture.replace(path.with_suffix(PICTURE))
        return Favourite(path, favourite.stand, favourite.image)

    def remove(self, favourite: Favourite) -> None:
        """Put it into the system's trash, with its picture.

        Raises:
            OSError: if it cannot be put there; nothing is lost then.
        """
        for path in (favourite.path, favourite.path.with_suffix(PICTURE)):
            if path.exists():
                send2trash(str(path))

    def _claim(self, name: str, suffix: str) -> Path:
        """The name, or the first with a number behind it that nobody has, not even another window.

        An empty file holds it until what belongs there takes its place.
        """
        stem, number = re.fullmatch(r"(.*?)(?: (\d+))?", name, re.DOTALL).groups()  # type: ignore[union-attr]
        wanted, turn = name, int(number or 1)
        while True:
            path = self.folder / f"{wanted}{suffix}"
            if not any(path.with_name(f"{wanted}{end}").exists() for end in SUFFIXES):
                with suppress(FileExistsError):
                    path.touch(exist_ok=False)
                    return path
            turn += 1
            wanted = f"{stem} {turn}"


def _tidy(name: str) -> str:
    """What of a name every file system takes."""
    return " ".join(_FORBIDDEN.sub(" ", name).split())[:LONGEST_NAME].strip(" .")
