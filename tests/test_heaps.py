from __future__ import annotations

import platform
import subprocess
import sys

import pytest

FREED_MB = """
import ctypes, os, sys
from ganstudio.heaps import trim_heaps

PAGE = os.sysconf("SC_PAGE_SIZE")

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * PAGE / 1e6

blocks = [bytearray(50_000) for _ in range(4000)]  # below the threshold of mmap
ends = blocks[::200]  # hold the heap's top
full = resident()
del blocks
freed = resident()
trim_heaps()
print(round(full - freed), round(freed - resident()))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the heaps of glibc")
def test_what_was_freed_goes_back_to_the_system() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FREED_MB], capture_output=True, text=True, check=True
    )
    by_itself, trimmed = map(int, done.stdout.split())
    assert by_itself < 50
    assert trimmed > 100
