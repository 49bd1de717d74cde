"""Panels, one file each; the window docks every one it finds."""
