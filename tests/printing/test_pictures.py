from __future__ import annotations

import pytest
from PIL import ExifTags, Image
from structlog.testing import capture_logs

from wix_printer_service.printing import pictures
from wix_printer_service.printing.pictures import draw_code, draw_file


@pytest.fixture
def logo(tmp_path):
    """A black square with a transparent right half."""
    path = tmp_path / "logo.png"
    picture = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), (0, 0, 100, 100))
    picture.save(path)
    return path


# --- QR codes -----------------------------------------------------------------------------------


def test_a_code_is_as_large_as_useful_and_has_a_quiet_margin():
    code = draw_code("https://maps.google.com/?q=52.4991,13.4312", 384)
    assert code.width % 6 == 0
    assert code.getbbox() == (24, 24, code.width - 24, code.height - 24)


def test_a_code_gets_smaller_squares_before_it_leaves_the_paper():
    code = draw_code("x" * 500, 384)
    assert code.width <= 384


@pytest.mark.parametrize("length", [1500, 5000])
def test_a_code_that_no_phone_could_read_is_not_drawn(length):
    assert draw_code("x" * length, 384) is None


# --- files --------------------------------------------------------------------------------------


def test_black_is_ink_and_what_is_transparent_is_white(logo):
    ink = draw_file(logo, 384)
    assert (ink.mode, ink.size) == ("1", (200, 100))
    assert ink.getbbox() == (0, 0, 100, 100)


def test_a_picture_is_made_as_small_as_the_paper_and_not_larger(logo):
    assert draw_file(logo, 100).size == (100, 50)


def test_a_tall_picture_is_no_higher_than_the_paper_is_wide(tmp_path):
    Image.new("L", (50, 1000)).save(tmp_path / "tall.gif")
    assert draw_file(tmp_path / "tall.gif", 384).size == (19, 384)


def test_grey_becomes_dots(tmp_path):
    Image.new("RGB", (64, 64), (128, 128, 128)).save(tmp_path / "grey.jpg")
    black = draw_file(tmp_path / "grey.jpg", 384).histogram()[255]
    assert 0.4 < black / 64**2 < 0.6


def test_a_grey_picture_of_sixteen_bits_is_no_blank(tmp_path):
    dark, white = b"\x00\x40", b"\xff\xff"
    picture = Image.frombytes("I;16", (64, 64), (dark * 32 + white * 32) * 64)
    picture.save(tmp_path / "grey16.png")
    ink = draw_file(tmp_path / "grey16.png", 384)
    assert ink.getbbox()[2] == 32
    assert 0.7 < ink.histogram()[255] / (32 * 64) < 0.8


def test_a_photograph_stands_as_the_camera_was_held(tmp_path):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6  # to be turned right by a quarter
    picture = Image.new("L", (80, 40), 255)
    picture.paste(0, (0, 0, 40, 40))
    picture.save(tmp_path / "held.png", exif=exif)
    ink = draw_file(tmp_path / "held.png", 384)
    assert (ink.size, ink.getbbox()) == ((40, 80), (0, 0, 40, 40))


def test_a_changed_picture_is_drawn_anew(logo):
    draw_file(logo, 384)
    Image.new("L", (10, 10)).save(logo)
    assert draw_file(logo, 384).size == (10, 10)


def test_a_picture_that_cannot_be_read_is_left_out_and_named(tmp_path, monkeypatch):
    gone, broken, large = (tmp_path / name for name in ("gone.png", "broken.png", "large.png"))
    broken.write_bytes(b"\x89PNG\r\n\x1a\n broken")
    Image.new("L", (100, 100)).save(large)
    monkeypatch.setattr(pictures, "MOST_PIXELS", 9_999)
    with capture_logs() as logs:
        assert [draw_file(path, 384) for path in (gone, broken, large)] == [None, None, None]
    assert {log["event"] for log in logs} == {"picture_left_out"}
    assert [log["path"] for log in logs] == [str(gone), str(broken), str(large)]
    assert "9999 pixels" in logs[2]["reason"]
