"""Which font has which character: the bundled one, then those that the system has."""

from __future__ import annotations

import unicodedata
from fnmatch import fnmatch
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import ImageFont, features
from wcwidth import wcwidth

from wix_printer_service.printing.encoding import JOINERS

if TYPE_CHECKING:
    from collections.abc import Iterator

SYSTEM_FONTS: Final = Path("/usr/share/fonts")
WANTED: Final = (
    "DejaVuSans.ttf",
    "NotoSansArabic-Regular.ttf",
    "NotoSansHebrew-Regular.ttf",
    "NotoSansThai-Regular.ttf",
    "NotoSansDevanagari-Regular.ttf",
    "NotoSansCJK-Regular.ttc",
    "wqy-microhei.ttc",
    "NotoSansSymbols2-Regular.ttf",
    "NotoEmoji-*.ttf",
    "unifont.otf",
    "unifont_upper.otf",
    "unifont*.ttf",
)
"""Outline fonts in Debian's packages, best first; the bundled one comes before them all."""

_DOTTED_CIRCLE: Final = "\u25cc"
_NO_LETTER: Final = frozenset({"", " ", "\n", *JOINERS})
_PROBE_SIZE: Final = 24.0
_NOWHERE: Final = "\U0010ffff"
"""Never a character, so that a font shows its sign for "missing"."""


def clusters(text: str) -> Iterator[str]:
    """Cut a text into letters with their accents; one without a letter gets a dotted circle."""
    cluster = ""
    for character in text:
        is_accent = wcwidth(character) == 0
        lacks_letter = is_accent and character not in JOINERS and cluster in _NO_LETTER
        if lacks_letter or not is_accent:
            if cluster:
                yield cluster
            cluster = _DOTTED_CIRCLE if lacks_letter else ""
        cluster += character
    if cluster:
        yield cluster


@lru_cache(maxsize=4096)
def font_for(cluster: str) -> Path | None:
    """Return the first font that has all of a letter and its accents."""
    needed = [character for character in cluster if character not in JOINERS]
    return next((path for path in _paths() if all(_has(path, c) for c in needed)), None)


@lru_cache(maxsize=64)
def load(path: Path, size: float) -> ImageFont.FreeTypeFont:
    """Open a font in a size in dots, shaping complex scripts where the libraries are there."""
    layout = ImageFont.Layout.RAQM if can_shape() else ImageFont.Layout.BASIC
    return ImageFont.truetype(path, size, layout_engine=layout)


@cache
def can_shape() -> bool:
    """Tell whether Pillow joins Arabic letters and orders right-to-left text."""
    return bool(features.check("raqm") and features.check("fribidi"))


@cache
def _paths() -> tuple[Path, ...]:
    bundled = Path(str(files("barcode") / "fonts" / "DejaVuSansMono.ttf"))
    if not bundled.is_file():
        return ()  # without its Latin letters no row can be drawn
    installed = sorted(SYSTEM_FONTS.rglob("*.[ot]t[cf]"))
    found = (
        next((path for path in installed if fnmatch(path.name, pattern)), None)
        for pattern in WANTED
    )
    return (bundled, *(path for path in found if path and _opens(path)))


def _opens(path: Path) -> bool:
    try:
        _probe(path)
    except OSError:
        return False
    return True


@cache
def _probe(path: Path) -> ImageFont.FreeTypeFont:
    # without shaping, so that an accent stands alone and no letter takes another's form
    return ImageFont.truetype(path, _PROBE_SIZE, layout_engine=ImageFont.Layout.BASIC)


def _has(path: Path, character: str) -> bool:
    """Tell whether a font has a character: whether it looks unlike one that cannot exist."""
    if unicodedata.category(character) in {"Cs", "Cn"}:
        return False
    looks = _look(path, character)
    return looks != _look(path, _NOWHERE) and any(looks[1])


def _look(path: Path, character: str) -> tuple[tuple[int, int], bytes]:
    mask = _probe(path).getmask(character)
    return mask.size, bytes(mask)
