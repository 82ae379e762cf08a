from __future__ import annotations

from wix_printer_service.missing_letters import MissingLetters, code_points


def test_each_letter_is_new_once():
    missing = MissingLetters()
    assert missing.letters == ()
    assert missing.note("ꯀ\U0001f9ff") == ("ꯀ", "\U0001f9ff")
    assert missing.note({"ꯀ", "a"}) == ("a",)
    assert missing.letters == ("ꯀ", "\U0001f9ff", "a")


def test_letters_are_named_by_their_numbers():
    assert code_points("a\U0001f9ff") == ["U+0061", "U+1F9FF"]
