from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from wix_printer_service.printing import fonts
from wix_printer_service.printing.encoding import PREFERRED

MONOSPACED = fonts.monospaced()


def forget_fonts() -> None:
    for remembered in (fonts._system_fonts, fonts.font_for, fonts.opened):
        remembered.cache_clear()


@pytest.fixture(autouse=True)
def system_fonts(tmp_path, monkeypatch):
    """An empty folder of system fonts."""
    monkeypatch.setattr(fonts, "SYSTEM_FONTS", tmp_path)
    forget_fonts()
    yield tmp_path
    forget_fonts()


def name(cluster: str, forms: str = "SC") -> str:
    path = fonts.font_for(cluster, forms)
    return path.stem.removeprefix("Kurinto") if path else ""


def test_the_font_of_one_width_has_every_character_of_every_page():
    for page in PREFERRED:
        for character in bytes(range(160, 255)).decode(page, errors="ignore"):
            if character not in "\u00a0\u00ad":
                assert fonts.font_for(character) == MONOSPACED, character


@pytest.mark.parametrize("cluster", ["x\u0302", "★", "☎", "→", "Ж\u0302", "Ễ"])
def test_latin_letters_and_common_signs_come_from_the_font_of_one_width(cluster):
    assert fonts.font_for(cluster) == MONOSPACED


@pytest.mark.parametrize(
    ("cluster", "font"),
    [
        *(("ش", "Sans-Rg"), ("ש\u05c1", "Sans-Rg"), ("हि", "Sans-Rg"), ("ที่", "Sans-Rg")),
        *(("ລ", "Sans-Rg"), ("🍕", "Sans-Rg"), ("م\u200d", "Sans-Rg"), ("ⴰ", "Sans-Rg")),
        *(("中", "SansSC-Rg"), ("김", "SansKR-Rg"), ("、", "SansSC-Rg")),
    ],
)
def test_other_scripts_come_from_the_font_that_has_them_all(cluster, font):
    assert name(cluster) == font


@pytest.mark.parametrize("forms", fonts.CHINESE_FORMS)
def test_chinese_characters_take_the_forms_of_their_surroundings(forms):
    assert name("京", forms) == f"Sans{forms}-Rg"


def test_kana_come_from_the_font_of_the_characters_around_them():
    assert name("の", "JP") == "SansJP-Rg"


def test_a_character_that_one_font_of_chinese_lacks_comes_from_another():
    assert name("𠮷", "KR") in {"SansSC-Rg", "SansTC-Rg", "SansJP-Rg"}


@pytest.mark.parametrize(
    "character", ["\u1000", "\U0001f600", "\ud800", "\U0010ffff", "\u0378", "\uf8ff"]
)
def test_a_character_that_no_font_has_has_no_font(character):
    assert fonts.font_for(character) is None
    assert fonts.font_for("x" + character) is None


@pytest.mark.parametrize("character", [" ", "\u2800"])
def test_what_leaves_no_ink_has_no_font(character):
    assert fonts.font_for(character) is None


def test_fonts_of_the_system_step_in_best_first(system_fonts):
    folder = system_fonts / "truetype" / "noto"
    folder.mkdir(parents=True)
    serif = "NotoSerifTibetan-Regular.ttf"  # as Debian has it; there is none without serifs
    for file in ("unifont.otf", serif, "NotoSansMyanmar-Regular.ttf", "NotoSansMyanmar-Bold.ttf"):
        shutil.copy(MONOSPACED, folder / file)
    forget_fonts()
    assert [path.name for path in fonts._system_fonts()] == [
        "NotoSansMyanmar-Regular.ttf",
        serif,
        "unifont.otf",
    ]


def test_a_letter_that_only_a_font_of_the_system_has_comes_from_there(system_fonts, monkeypatch):
    shutil.copy(fonts.chinese("SC"), system_fonts / "NotoSansCJK-Regular.ttc")
    monkeypatch.setattr(fonts, "chinese", lambda _forms: MONOSPACED)
    forget_fonts()
    assert fonts.font_for("中") == system_fonts / "NotoSansCJK-Regular.ttc"


def test_a_broken_font_is_no_font(system_fonts):
    (system_fonts / "unifont.otf").write_bytes(b"not a font")
    forget_fonts()
    assert fonts.font_for("\u1000") is None


def test_a_font_that_cannot_be_read_is_named_in_the_log(system_fonts):
    gone = system_fonts / "gone.ttf"
    with capture_logs() as logs:
        assert not fonts.has(gone, "a")
        assert not fonts.has(gone, "b")
    assert [(log["event"], log["path"]) for log in logs] == [("font_left_out", str(gone))]


def test_a_font_without_outlines_is_no_font(system_fonts):
    data = fonts.monospaced().read_bytes()
    coloured = system_fonts / "NotoEmoji-Regular.ttf"
    coloured.write_bytes(data.replace(b"glyf", b"CBDT", 1))
    assert not fonts.has(coloured, "a")
    assert fonts.has(fonts.monospaced(), "a")


def test_without_the_font_of_one_width_latin_letters_come_from_another(monkeypatch):
    def moved(package: str) -> Path:
        return Path("/nowhere") if package == "barcode" else real(package)

    real = fonts.files
    monkeypatch.setattr(fonts, "files", moved)
    fonts.monospaced.cache_clear()
    try:
        assert fonts.monospaced().name == "KurintoSans-Rg.ttf"
        assert fonts.font_for("ä") == fonts.monospaced()
    finally:
        monkeypatch.undo()
        fonts.monospaced.cache_clear()


@pytest.mark.parametrize(
    ("cluster", "script"), [("م", "Arab"), ("あ", "Hira"), ("1", None), ("ж", "Cyrl")]
)
def test_a_letter_knows_its_script(cluster, script):
    assert fonts.script_of(cluster) == script


def test_the_remedy_is_a_command_to_type():
    assert fonts.REMEDY.startswith("sudo apt install fonts-")
