"""Work of a whole errand, this program's way and the plain way, to be timed: one a file."""
