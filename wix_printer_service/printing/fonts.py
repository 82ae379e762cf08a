"""Which font has which letter: those that came with Python's packages, then the system's."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog
import uharfbuzz
from wcwidth import wcwidth

from wix_printer_service.printing.graphemes import SHAPERS

if TYPE_CHECKING:
    from collections.abc import Iterator

SYSTEM_FONTS: Final = Path("/usr/share/fonts")
WANTED: Final = (
    "NotoSans[A-Z]*-Regular.ttf",
    "NotoSerif[A-Z]*-Regular.ttf",  # Tibetan, for one, has no other
    "NotoSansCJK-Regular.ttc",
    "NotoEmoji-Regular.ttf",
    "Symbola*.[ot]tf",
    "DejaVuSans.ttf",
    "unifont.otf",
    "unifont_upper.otf",
    "unifont.ttf",
    "unifont_upper.ttf",
)
"""Outline fonts in Debian's packages, best first; those of Python's packages come before all."""
REMEDY: Final = "sudo apt install fonts-noto-core fonts-unifont"
"""What a person does so that (nearly) every letter there is can be drawn."""

CHINESE_FORMS: Final = ("SC", "TC", "JP", "KR")
"""Whose forms of Chinese characters there are: China's, Taiwan's, Japan's, Korea's."""

_MONOSPACED_SCRIPTS: Final = frozenset({None, "Latn", "Grek", "Cyrl"})
"""Scripts that look right in letters of one width."""
_OUTLINES: Final = frozenset({"glyf", "CFF ", "CFF2"})
_NEVER_DRAWN: Final = frozenset({"Cs", "Cn", "Co"})
"""Halves of characters, those that do not exist, and those that mean something else to each."""
_WIDE: Final = 2
_NO_FONT: Final = uharfbuzz.Font(uharfbuzz.Face(b""))

log = structlog.get_logger(__name__)


@lru_cache(maxsize=4096)
def font_for(cluster: str, forms: str = CHINESE_FORMS[0]) -> Path | None:
    """Return the first font that has all of a letter and its accents.

    Args:
        cluster: One letter with its accents.
        forms: Whose forms Chinese characters have here, one of ``CHINESE_FORMS``.
    """
    if not all(map(can_be_in_a_font, cluster)):
        return None
    return next((path for path in _candidates(cluster, forms) if has(path, cluster)), None)


def can_be_in_a_font(character: str) -> bool:
    """Tell whether a font may help: not with half of a character, or one that does not exist."""
    return unicodedata.category(character) not in _NEVER_DRAWN


def has(path: Path, cluster: str) -> bool:
    """Tell whether a font has every character of a letter, and ink for it."""
    font = opened(path)
    glyphs = [glyph for c in cluster if c not in SHAPERS for glyph in _glyphs(font, c)]
    return all(glyphs) and any(_has_ink(font, glyph) for glyph in glyphs)


def _glyphs(font: uharfbuzz.Font, character: str) -> list[int | None]:
    """Return the glyph of a character, else those of its parts, as HarfBuzz takes them then."""
    glyph = font.get_nominal_glyph(ord(character))
    parts = unicodedata.normalize("NFD", character)
    return [glyph] if glyph or len(parts) == 1 else [font.get_nominal_glyph(ord(c)) for c in parts]


def _has_ink(font: uharfbuzz.Font, glyph: int | None) -> bool:
    extents = font.get_glyph_extents(glyph) if glyph else None
    return extents is not None and bool(extents.width)


@cache
def opened(path: Path) -> uharfbuzz.Font:
    """Open a font; only the parts of the file that are needed come into memory.

    A file that is no font, or has pictures in colour instead of outlines, is a font without
    letters.
    """
    try:
        blob = uharfbuzz.Blob.from_file_path(str(path))
    except uharfbuzz.HarfBuzzError as error:
        log.warning("font_left_out", path=str(path), reason=str(error))
        return _NO_FONT
    if path == monospaced():
        blob = _without_places_for_accents(blob)
    face = uharfbuzz.Face(blob)
    return uharfbuzz.Font(face) if _OUTLINES & set(face.table_tags) else _NO_FONT


def _without_places_for_accents(blob: uharfbuzz.Blob) -> uharfbuzz.Blob:
    """Hide a font's table of places from HarfBuzz, so that it finds places for accents by itself.

    DejaVu Sans Mono knows places on most letters only; on others an accent would stand beside.
    """
    return uharfbuzz.Blob(blob.data.replace(b"GPOS", b"none", 1))


@lru_cache(maxsize=1024)
def script_of(cluster: str) -> str | None:
    """Return the script of a letter as ISO 15924 names it, None for what all scripts share."""
    buffer = uharfbuzz.Buffer()
    buffer.add_str(cluster)
    buffer.guess_segment_properties()
    script: str | None = buffer.script
    return script


def has_one_width(cluster: str) -> bool:
    """Tell whether a letter is of a script that looks right in letters of one width."""
    return script_of(cluster) in _MONOSPACED_SCRIPTS


def features(path: Path, script: str | None) -> dict[str, bool]:
    """Return what of a font's rules is to be left out for a script.

    Kurinto Sans 2.196 has Thai and Lao tone marks drawn high, and then lowers them into the vowels.
    """
    is_lowered = path == _kurinto("") and script in {"Thai", "Laoo"}
    return {"mark": False, "mkmk": False} if is_lowered else {}


@cache
def monospaced() -> Path:
    """Return the font of Latin letters, each as wide as the next."""
    path = Path(str(files("barcode") / "fonts" / "DejaVuSansMono.ttf"))
    return path if path.is_file() else _kurinto("")


def chinese(forms: str) -> Path:
    """Return the font of Chinese characters in somebody's forms."""
    return _kurinto(forms)


@cache
def _kurinto(name: str) -> Path:
    folder = files("weblate_fonts") / "static" / "weblate_fonts" / "kurinto" / "ttf"
    return Path(str(folder / f"KurintoSans{name}-Rg.ttf"))


def _candidates(cluster: str, forms: str) -> Iterator[Path]:
    east_asian = [chinese(name) for name in (forms, *CHINESE_FORMS)]
    if has_one_width(cluster):
        yield monospaced()
    if wcwidth(cluster[0]) == _WIDE:
        yield from east_asian
    yield _kurinto("")
    yield from chain(east_asian, _system_fonts())


@cache
def _system_fonts() -> tuple[Path, ...]:
    installed = sorted(SYSTEM_FONTS.rglob("*.[ot]t[cf]"))
    return tuple(path for pattern in WANTED for path in installed if path.match(pattern))
