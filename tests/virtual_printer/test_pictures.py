from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from escpos.printer import Dummy
from PIL import Image, ImageDraw

from wix_printer_service.virtual_printer import render

from .sent import CENTER, CUT, RIGHT, group, qr_code, raster, size

if TYPE_CHECKING:
    from wix_printer_service.virtual_printer import PrintedReceipt

Box = tuple[int, int, int, int]


def printed(data: bytes) -> PrintedReceipt:
    (receipt,) = render(data)
    return receipt


def image_of(data: bytes) -> Image.Image:
    return printed(data).image


def blackness(image: Image.Image, box: Box | None = None) -> float:
    """How much of a picture is ink, 0 to 1."""
    part = image.crop(box) if box else image
    black = part.convert("L").histogram()[0]
    return black / (part.width * part.height)


def inked_box(image: Image.Image) -> Box | None:
    return image.convert("L").point(lambda grey: 255 - grey).getbbox()


def is_black(image: Image.Image, x: int, y: int) -> bool:
    return image.getpixel((x, y)) == 0


def test_paper_is_white_and_characters_stand_in_their_cells():
    image = image_of(b"  HH\n")
    left, top, right, bottom = inked_box(image)
    assert image.mode == "1"
    assert left >= 24
    assert right <= 48
    assert top >= 0
    assert bottom <= 24
    assert 0.1 < blackness(image, (24, 0, 48, 24)) < 0.5


def test_every_printable_character_of_the_default_page_leaves_ink_inside_its_cell():
    for code in range(0x21, 0x100):
        if code in {0x7F, 0xFF}:
            continue
        box = inked_box(image_of(b" " + bytes([code]) + b" \n"))
        assert box, f"{code:02x} is blank"
        assert box[0] >= 12, f"{code:02x} reaches into the cell before it"
        assert box[2] <= 24, f"{code:02x} reaches into the cell after it"
        assert box[3] <= 24, f"{code:02x} reaches into the next line"


def test_inverse_text_is_white_on_black():
    image = image_of(b"\x1dB\x01 ALLERGY \x1dB\x00\n")
    assert blackness(image, (0, 0, 9 * 12, 24)) > 0.6
    assert blackness(image, (9 * 12, 0, 576, 30)) == 0


def test_bold_text_has_more_ink_by_either_command():
    plain = blackness(image_of(b"Pizza\n"))
    assert blackness(image_of(b"\x1bE\x01Pizza\n")) > 1.2 * plain
    assert blackness(image_of(b"\x1bG\x01Pizza\n")) > 1.2 * plain
    assert blackness(image_of(b"\x1b!\x08Pizza\n")) > 1.2 * plain
    assert blackness(image_of(b"\x1bE\x01\x1bE\x00Pizza\n")) == plain


def test_the_print_mode_underlines_and_emboldens_only_on_demand():
    plain = image_of(b"Pizza\n")
    assert image_of(b"\x1b!\x88Pizza\x1b!\x00\n").tobytes() != plain.tobytes()
    assert image_of(b"\x1b!\xff\x1b!\x00Pizza\n").tobytes() == plain.tobytes()
    underlined = image_of(b"\x1b!\x80  \n")
    assert inked_box(underlined) == (0, 23, 24, 24)


def test_the_small_font_fits_its_smaller_cell():
    image = image_of(b"\x1bM\x01" + "Ågj".encode("cp437") + b"\n")
    assert inked_box(image)[2] <= 27
    assert inked_box(image)[3] <= 17
    assert image_of(b"\x1bM\x01\x1b-\x01  \n").crop((0, 16, 18, 17)).getbbox() is None


@pytest.mark.parametrize(("code", "thickness"), [(b"\x01", 1), (b"2", 2), (b"\x00", 0)])
def test_underlines_are_drawn_under_blanks_too(code, thickness):
    image = image_of(b"\x1b-" + code + b"  x\n")
    assert blackness(image, (0, 0, 24, 30)) == pytest.approx(thickness / 30)


@pytest.mark.parametrize(("width", "height"), [(2, 1), (1, 2), (2, 2), (3, 3), (8, 8)])
def test_sizes_multiply_the_ink(width, height):
    left, top, right, bottom = inked_box(image_of(b"H\n"))
    big = inked_box(image_of(size(width, height) + b"H\n"))
    assert (big[2] - big[0]) / width == pytest.approx(right - left, abs=1)
    assert (big[3] - big[1]) / height == pytest.approx(bottom - top, abs=1)


def test_the_print_mode_sets_font_and_size_in_one():
    assert printed(b"\x1b!\x30" + b"x" * 25 + b"\n").text == "x" * 24 + "\nx"
    assert printed(b"\x1b!\x01" + b"x" * 65 + b"\n").text == "x" * 64 + "\nx"
    assert printed(b"\x1bM\x01" + b"x" * 65 + b"\n").text == "x" * 64 + "\nx"
    assert printed(b"\x1bM1\x1bM0" + b"x" * 49 + b"\n").text == "x" * 48 + "\nx"


def test_lines_of_box_characters_join():
    image = image_of(b"\xc4\xc2\xcd\xcb\xdb\n\x1b3\x18\xb3\n\xb3\n")
    for row in (0, 24):
        across = image.crop((row, 0, row + 24, 24))
        inked_columns = [inked_box(across.crop((x, 0, x + 1, 24))) for x in range(24)]
        assert all(inked_columns)
    upright = image.crop((0, 30, 12, 78))
    assert all(inked_box(upright.crop((0, y, 12, y + 1))) for y in range(48))


def test_a_smaller_character_stands_on_the_line_of_the_bigger_one():
    image = image_of(size(2, 2) + b"H" + size(1, 1) + b"H\n")
    big, small = inked_box(image.crop((0, 0, 24, 48))), inked_box(image.crop((24, 0, 36, 48)))
    assert abs(big[3] - small[3]) <= 5
    assert small[1] > 24


def test_a_raster_is_printed_dot_by_dot():
    receipt = printed(raster(b"\x80\x01\xff\x00", width_bytes=2))
    image = receipt.image
    assert receipt.text == "[image 16x2]"
    assert image.size == (576, 2)
    assert [is_black(image, x, 0) for x in (0, 1, 14, 15, 16)] == [True, False, False, True, False]
    assert [is_black(image, x, 1) for x in (0, 7, 8)] == [True, True, False]


@pytest.mark.parametrize(("mode", "dots"), [(0, (8, 1)), (1, (16, 1)), (50, (8, 2)), (3, (16, 2))])
def test_a_raster_can_be_doubled(mode, dots):
    receipt = printed(raster(b"\xff", width_bytes=1, mode=mode))
    assert inked_box(receipt.image) == (0, 0, *dots)
    assert receipt.text == f"[image {dots[0]}x{dots[1]}]"


def test_pictures_follow_the_alignment_and_end_at_the_margin():
    assert inked_box(image_of(CENTER + raster(b"\xff" * 2, 2)))[:3] == (280, 0, 296)
    assert inked_box(image_of(RIGHT + raster(b"\xff" * 2, 2)))[:3] == (560, 0, 576)
    assert inked_box(image_of(raster(b"\xff" * 80, 80))) == (0, 0, 576, 1)


@pytest.mark.parametrize("command", ["bitImageRaster", "graphics", "bitImageColumn"])
def test_python_escpos_pictures_come_out_dot_by_dot(command):
    picture = Image.new("1", (200, 48), 1)
    ImageDraw.Draw(picture).ellipse((10, 3, 180, 44), outline=0, width=3)
    host = Dummy(profile="TM-T88V")
    host.image(picture, impl=command)
    host.cut()
    receipt = printed(host.output)
    assert receipt.warnings == ()
    assert receipt.image.crop((0, 0, 200, 48)).tobytes() == picture.tobytes()


def test_an_image_ends_the_line_before_it():
    assert printed(b"over" + raster(b"\xff", 1) + b"under\n").text == "over\n[image 8x1]\nunder"


def test_an_image_without_dots_prints_nothing():
    assert render(raster(b"", 1) + b"\x1b*\x00\x00\x00") == []


def test_bit_images_stand_in_the_line_column_by_column():
    receipt = printed(b"a\x1b*\x21\x02\x00" + b"\x80\x00\x00" + b"\x00\x00\x01" + b"\n")
    assert receipt.text == "a[image 2x24]"
    assert inked_box(receipt.image.crop((12, 0, 14, 24))) == (0, 0, 2, 24)
    assert is_black(receipt.image, 12, 0)
    assert is_black(receipt.image, 13, 23)
    assert not is_black(receipt.image, 12, 23)


def test_sparse_bit_images_are_stretched_to_the_height_of_a_line():
    assert printed(b"\x1b*\x00\x01\x00\xff\n").text == "[image 2x24]"
    assert inked_box(image_of(b"\x1b*\x00\x01\x00\xff\n")) == (0, 0, 2, 24)
    assert inked_box(image_of(b"\x1b*\x01\x01\x00\xf0\n")) == (0, 0, 1, 12)


def test_a_bit_image_loses_what_does_not_fit_in_the_line():
    assert inked_box(image_of(b"\x1b*\x01\xe8\x03" + b"\xff" * 1000 + b"\n")) == (0, 0, 576, 24)


def graphics(width: int, rows: bytes) -> bytes:
    height = len(rows) * 8 // width
    place = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    return b"0\x700\x01\x011" + place + rows


def test_graphics_are_stored_and_printed_once():
    stored = graphics(8, b"\xff\x80")
    printed_later = group(b"L", stored) + b"text\n" + group(b"L", b"02")
    assert printed(printed_later).text == "text\n[image 8x2]"
    assert printed(printed_later + group(b"L", b"0\x02")).text == "text\n[image 8x2]"
    long_form = b"\x1d8L" + len(stored).to_bytes(4, "little") + stored
    assert printed(long_form + group(b"L", b"0\x02")).text == "[image 8x2]"


def test_graphics_that_cannot_be_are_noted():
    assert printed(group(b"L", graphics(8, b"\xff\xff")[:-1]) + b"x\n").warnings == (
        "graphics data do not fit their size",
    )
    assert printed(group(b"L", b"0\x71") + b"x\n").warnings == (
        "graphics function 71 is not known",
    )
    assert printed(group(b"L", b"00") + b"x\n").warnings == ()


def test_a_qr_code_is_really_drawn():
    receipt = printed(CENTER + qr_code("https://example.com/ä".encode(), module=4))
    box = inked_box(receipt.image)
    side = box[2] - box[0]
    assert receipt.text == "[QR: https://example.com/ä]"
    assert receipt.warnings == ()
    assert side == box[3] - box[1] == 25 * 4
    assert box[0] == (576 - side) // 2
    finder = receipt.image.crop((box[0], 0, box[0] + 28, 28)).resize((7, 7))
    assert [
        "".join("#" if is_black(finder, x, y) else "." for x in range(7)) for y in range(7)
    ] == [
        "#######",
        "#.....#",
        "#.###.#",
        "#.###.#",
        "#.###.#",
        "#.....#",
        "#######",
    ]


def test_a_higher_level_of_correction_makes_a_bigger_code():
    def width(level: bytes) -> int:
        data = qr_code(b"x" * 50).replace(b"\x31\x45\x31", b"\x31\x45" + level)
        return inked_box(image_of(data))[2]

    assert width(b"\x30") < width(b"\x31") < width(b"\x32") < width(b"\x33")
    assert width(b"\x34") == width(b"\x30")


@pytest.mark.parametrize(
    ("data", "warning"),
    [
        (qr_code(b"x" * 3000), "too much data for a QR code"),
        (group(b"k", b"\x31\x51\x30"), "no data for the QR code"),
        (group(b"k", b"\x30\x51\x30"), "2D code function 30 51 is not drawn"),
        (group(b"k", b"\x31\x60\x30"), "2D code function 31 60 is not drawn"),
        (group(b"k", b""), "2D code function  is not drawn"),
    ],
)
def test_a_code_that_cannot_be_drawn_is_noted(data, warning):
    receipt = printed(data + b"x\n")
    assert (receipt.text, receipt.warnings) == ("x", (warning,))


def test_a_code_of_several_lines_is_one_row_of_text():
    assert printed(qr_code(b"BEGIN:VCARD\nEND:VCARD")).text == "[QR: BEGIN:VCARD END:VCARD]"


def test_initializing_forgets_a_stored_code():
    assert printed(qr_code(b"x")[:-8] + b"\x1b@" + group(b"k", b"\x31\x51\x30") + b"x\n").warnings


@pytest.mark.parametrize("data", [b"\x1dk\x04ABC\x00", b"\x1dkA\x03ABC", b"\x1dkE\x03ABC"])
def test_a_barcode_is_a_box_with_its_data(data):
    receipt = printed(b"\x1dh\x40" + data + b"\x1dh\x00" + data + CUT)
    assert receipt.text == "[barcode: ABC]\n[barcode: ABC]"
    assert inked_box(receipt.image) == (0, 0, 60, 64 + 28)
    assert 0 < blackness(receipt.image, (12, 20, 48, 44)) < 0.5
