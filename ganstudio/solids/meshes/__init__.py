"""Mesh files of others, read with numpy alone: one file a format, each with ``decode``.

Files come from anywhere, so nothing here believes a header: before anything is allocated, what
it promises is held against the bytes that are there. A file never costs much more memory than
its own size, and what is wrong with it is a ``SolidError`` in one sentence. Only positions and
triangles are read; colours, textures, normals and materials are passed over.
"""
