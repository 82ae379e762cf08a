"""What people look at: golden and new receipts side by side, and sheets of many receipts."""

from __future__ import annotations

import os
from html import escape
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.golden.shelf import Difference

HEAD = """<!doctype html><meta charset="utf-8"><title>Golden receipts</title>
<style>
body { background: #ddd; font-family: sans-serif }
section { display: flex; gap: 1em; align-items: start; overflow-x: auto }
img { padding: 1em; background: #fff }
</style>
"""
COLUMNS = 3
GAP = 24
LABEL = 40
GREY = 170


def write_page(page: Path, differences: Mapping[str, Difference]) -> Path:
    """Write a page with both pictures of each changed receipt, and how its text changed."""
    page.parent.mkdir(parents=True, exist_ok=True)
    parts = [_part(page.parent, name, found) for name, found in differences.items()]
    page.write_text(HEAD + "\n".join(parts), encoding="utf-8")
    return page


def contact_sheet(pictures: Mapping[str, Image.Image]) -> Image.Image:
    """Return pictures side by side, each under its name."""
    width = max(picture.width for picture in pictures.values()) + GAP
    height = max(picture.height for picture in pictures.values()) + GAP + LABEL
    rows = -(-len(pictures) // COLUMNS)
    sheet = Image.new("L", (COLUMNS * width + GAP, rows * height + GAP), GREY)
    for place, (name, picture) in enumerate(pictures.items()):
        left, top = GAP + place % COLUMNS * width, GAP + place // COLUMNS * height
        label = ImageFont.load_default(LABEL * 0.8)
        ImageDraw.Draw(sheet).text((left, top), name, fill=0, font=label)
        sheet.paste(picture, (left, top + LABEL))
    return sheet


def _part(folder: Path, name: str, difference: Difference) -> str:
    pictures = (
        f'<img alt="{side}" src="{escape(os.path.relpath(picture, folder))}.png">'
        for side, picture in (("golden", difference.golden), ("new", difference.new))
    )
    rows = escape("\n".join(difference.rows))
    return f"<h2>{escape(name)}</h2><section>{''.join(pictures)}<pre>{rows}</pre></section>"
