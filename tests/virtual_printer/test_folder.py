from __future__ import annotations

import threading

import pytest
from PIL import Image

from wix_printer_service.errors import StorageError
from wix_printer_service.virtual_printer import render
from wix_printer_service.virtual_printer.folder import ReceiptFolder

(RECEIPT,) = render("Größe".encode("cp437") + b"\n\x1dV\x00")


def names(directory) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_a_receipt_becomes_a_picture_and_a_text_with_the_same_number(tmp_path):
    folder = ReceiptFolder(tmp_path / "not" / "there")
    assert folder.save(RECEIPT) == 1
    assert names(tmp_path / "not" / "there") == ["000001.png", "000001.txt"]
    assert (tmp_path / "not" / "there" / "000001.txt").read_text("utf-8") == "Größe\n"


def test_the_picture_has_white_margins_on_every_side(tmp_path):
    ReceiptFolder(tmp_path).save(RECEIPT)
    with Image.open(tmp_path / "000001.png") as picture:
        assert picture.size == (576 + 48, 30 + 48)
        assert picture.crop((24, 24, 600, 54)).tobytes() == RECEIPT.image.tobytes()
        left, top, *_ = picture.convert("L").point(lambda grey: 255 - grey).getbbox()
    assert left >= 24
    assert top >= 24


@pytest.mark.parametrize("kept", ["000041.png", "000041.txt"])
def test_numbers_go_on_after_what_is_in_the_folder(tmp_path, kept):
    (tmp_path / kept).touch()
    (tmp_path / "000099.jpg").touch()
    (tmp_path / "notes.txt").touch()
    assert ReceiptFolder(tmp_path).save(RECEIPT) == 42


def test_numbers_may_have_more_than_six_digits(tmp_path):
    (tmp_path / "999999.png").touch()
    folder = ReceiptFolder(tmp_path)
    assert [folder.save(RECEIPT), folder.save(RECEIPT)] == [1_000_000, 1_000_001]


def test_a_number_that_another_printer_is_writing_is_left_to_it(tmp_path):
    (tmp_path / ".000001.part").mkdir()
    assert ReceiptFolder(tmp_path).save(RECEIPT) == 2
    assert names(tmp_path) == [".000001.part", "000002.png", "000002.txt"]


def test_a_number_that_was_taken_meanwhile_is_never_overwritten(tmp_path, monkeypatch):
    folder = ReceiptFolder(tmp_path)
    (tmp_path / "000001.png").write_text("mine")
    monkeypatch.setattr(folder, "_highest", lambda: 0)
    assert folder.save(RECEIPT) == 2
    assert (tmp_path / "000001.png").read_text() == "mine"
    assert names(tmp_path) == ["000001.png", "000002.png", "000002.txt"]


def test_several_printers_write_into_one_folder(tmp_path):
    numbers: list[int] = []

    def write() -> None:
        folder = ReceiptFolder(tmp_path)
        numbers.extend(folder.save(RECEIPT) for _ in range(10))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(numbers)) == 40
    assert len(names(tmp_path)) == 80


def test_a_folder_that_takes_no_files_is_a_storage_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot write a receipt into"):
        ReceiptFolder(tmp_path / "file").save(RECEIPT)


def test_a_failed_write_leaves_nothing_behind(tmp_path, monkeypatch):
    def full_disk(descriptor: int) -> None:
        raise OSError(28, f"No space left on device ({descriptor})")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(StorageError, match="No space left"):
        ReceiptFolder(tmp_path).save(RECEIPT)
    assert names(tmp_path) == []
