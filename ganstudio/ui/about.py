"""The text of an About card, from the docstring of a variant or a data set."""

from __future__ import annotations

import html
import re

from ganstudio.ui import theme

_EQUATION = re.compile(r"^\s*(?:[DGLV](?:\([^)]*\))?|loss)\s*[:=]|^\s*z'\s*=")
_ARXIV = re.compile(r"arXiv:(\d{4}\.\d{4,5})")
_LINK = re.compile(r"(https?://[^\s<>,;)]+)")
_SOURCE = re.compile(r"^(Source|Licence|License)s?:")


def about_html(text: str) -> str:
    """Rich text in the palette's colours.

    The first paragraph leads, equations stand in a box of their own, sources are small and
    their papers can be clicked.

    Args:
        text: paragraphs parted by blank lines, as ``Card.about`` holds them.
    """
    paragraphs = [part.strip("\n") for part in re.split(r"\n\s*\n", text) if part.strip()]
    return "".join(_paragraph(part, first=place == 0) for place, part in enumerate(paragraphs))


def _paragraph(part: str, first: bool) -> str:
    colours = theme.current()
    lines = [line.strip() for line in part.splitlines()]
    if _EQUATION.match(part):
        inside = "<br>".join(html.escape(line).replace("  ", "&nbsp; ") for line in lines)
        return (
            f"<p style='margin: 6px 0; font-family: monospace; font-size: 8.5pt; "
            f"color: {colours.text}; background: {colours.window};'>{inside}</p>"
        )
    body = _linked(html.escape(" ".join(lines)), colours.accent)
    if _SOURCE.match(part.strip()):
        return f"<p style='margin: 6px 0 0 0; font-size: 8.5pt; color: {colours.muted}'>{body}</p>"
    weight = "font-weight: 600; " if first else ""
    return f"<p style='{weight}margin: 0 0 6px 0;'>{body}</p>"


def _linked(escaped: str, colour: str) -> str:
    style = f"style='color: {colour}; text-decoration: none;'"
    linked = _LINK.sub(rf"<a href='\1' {style}>\1</a>", escaped)
    return _ARXIV.sub(rf"<a href='https://arxiv.org/abs/\1' {style}>arXiv:\1</a>", linked)
