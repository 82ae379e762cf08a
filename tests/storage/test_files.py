"""If these pass, a small file is the old one or the new one, whole and for its owner only."""

from __future__ import annotations

import os
import stat

import pytest

from wix_printer_service.storage.files import write_durably


def test_a_file_is_written_for_its_owner_only(tmp_path):
    file = tmp_path / "new" / "folder" / "secret"
    write_durably(file, b"content")
    assert file.read_bytes() == b"content"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_another_mode_may_be_asked_for(tmp_path):
    write_durably(tmp_path / "public", b"", mode=0o640)
    assert stat.S_IMODE((tmp_path / "public").stat().st_mode) == 0o640


def test_an_old_file_is_replaced_and_nothing_is_left_beside_it(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"old and longer")
    write_durably(file, b"new")
    assert file.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [file]


def test_the_content_is_flushed_before_the_old_file_goes(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_bytes(b"old")
    seen = []
    monkeypatch.setattr(os, "fsync", lambda _descriptor: seen.append(file.read_bytes()))
    write_durably(file, b"new")
    assert seen == [b"old", b"new"]  # the content's flush, then the folder's


def test_a_disk_that_fails_leaves_the_old_file_and_no_half_of_the_new_one(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_bytes(b"old")

    def fail(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write_durably(file, b"new")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_in_the_way_is_an_error_and_stays(tmp_path):
    (tmp_path / "file").mkdir()
    with pytest.raises(OSError, match="file"):
        write_durably(tmp_path / "file", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
