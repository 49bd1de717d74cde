"""The window: the only place that knows Qt."""

import sys
from typing import Any

import PySide6.QtCore  # noqa: F401

# PySide reads the source of every module that is imported after it, to see whether it uses PySide
# and could want its ``__feature__`` switched: an eighth of the time to the first picture.
_feature: Any = sys.modules.get("shibokensupport.feature")
if hasattr(_feature, "_mod_uses_pyside"):
    _feature._mod_uses_pyside = lambda module: True
