from __future__ import annotations

import os
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

KEPT_MB = """
import os
from ganstudio.heaps import kept_heaps

PAGE = os.sysconf("SC_PAGE_SIZE")

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * PAGE / 1e6

def come_and_go():
    blocks = [bytearray(20_000_000) for _ in range(8)]

before = resident()
come_and_go()
usual = resident() - before
with kept_heaps():
    come_and_go()
    kept = resident() - before
print(round(usual), round(kept), round(resident() - before))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the heaps of glibc")
def test_what_was_freed_goes_back_to_the_system() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FREED_MB], capture_output=True, text=True, check=True
    )
    by_itself, trimmed = map(int, done.stdout.split())
    assert by_itself < 50
    assert trimmed > 100


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the heaps of glibc")
@pytest.mark.parametrize("forced", [False, True])
def test_what_a_training_frees_is_kept_until_it_ends(forced: bool) -> None:
    environment = os.environ | ({"MALLOC_MMAP_THRESHOLD_": "131072"} if forced else {})
    done = subprocess.run(
        [sys.executable, "-c", KEPT_MB], capture_output=True, text=True, check=True, env=environment
    )
    usual, kept, after = map(int, done.stdout.split())
    assert usual < 30
    assert kept < 30 if forced else kept > 140
    assert after < 30
