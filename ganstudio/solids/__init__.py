"""Solids: voxels and the meshes made from them, with numpy and neither torch nor Qt.

A solid is an occupancy grid, an array (X, Y, Z) with z up: bool, or float from 0 (empty) to 1
(full) that a threshold turns into full and empty. Generators speak in [-1, 1]; whoever hands
their samples to this room first takes ``(x + 1) / 2``.

* ``surface``: a grid becomes triangles, as cubes or smooth
* ``picture``, ``lighting``: a grid becomes pixels, with no OpenGL
* ``formats``: files that we write, and grids read back; ``arrays``, ``binvox``,
  ``magicavoxel`` and ``matlab`` are formats of grids
* ``meshes``: files of triangles by anybody; ``voxelise`` makes grids of them
* ``opening``: any of these files as a grid; ``export``: a grid made ready for printers
* ``measure``, ``likeness``: how full, how many parts, watertight or not; how alike two are
* ``shapes``, ``pieces``: boxes, cylinders and bars on a grid, and the furniture made of them
"""
