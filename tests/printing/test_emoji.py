from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wix_printer_service.printing.encoding import clean

SIGNS = "👩👍🏽🏿\u200d\ufe0f🇩🇪🏴\U000e0067\U000e007f1\u20e3a❤ "


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("👨\u200d👩\u200d👧", "👨👩👧"),
        ("❤\ufe0f\u200d🔥", "❤🔥"),
        ("🏃🏽\u200d♂\ufe0f", "🏃♂"),
        ("👍🏽!", "👍!"),
        ("🇩🇪 🇨🇭", "[DE] [CH]"),
        ("🇩🇪🇨", "[DE][C]"),
        ("🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", "[GBSCT]"),
        ("1\ufe0f\u20e3 #\u20e3", "[1] [#]"),
        ("🏴", "🏴"),
        ("🏽", "🏽"),
        ("م\u200dه", "م\u200dه"),
    ],
)
def test_joined_emoji_become_parts_and_letters(raw, text):
    assert clean(raw) == text


@given(st.text(alphabet=SIGNS, max_size=12))
def test_cleaning_twice_changes_nothing(raw):
    assert clean(clean(raw)) == clean(raw)
