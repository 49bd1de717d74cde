"""What goes wrong with solids, told to whoever gave the file."""


class SolidError(ValueError):
    """No solid can be read or made here; the message says why, in one sentence."""
