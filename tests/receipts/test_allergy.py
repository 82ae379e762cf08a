from __future__ import annotations

import pytest

from wix_printer_service.receipts.allergy import guest_text, mentions_allergy, quiet_text
from wix_printer_service.receipts.document import Style, Text


@pytest.mark.parametrize(
    "text",
    [
        "ACHTUNG ALLERGIE: Erdnüsse",
        "bin allergisch gegen Nüsse",
        "Nussallergie!",
        "Erdnussallergiker",
        "Laktoseintoleranz",
        "Glutenunverträglichkeit",
        "UNVERTRÄGLICHKEIT",
        "unvertraeglich",
        "Zo\u0308liakie",
        "I have a nut allergy",
        "alergic to milk",
        "Coeliac guest",
        "celiac",
        "Lactose intolerant",
        "Allergène: arachide",
        "anaphylactic shock",
        "Ａｌｌｅｒｇｉｅ",
        "fıstık alerjim var",
        "ALERJİ",
        "alérgico a los frutos secos",
        "Alergia na orzechy",
        "mam uczulenie na gluten",
        "nietolerancja laktozy",
        "intollerante al lattosio",
        "celiaco",
        "sono celiachia",
        "maladie cœliaque",
        "Çölyak",
        "keliakia",
        "mogyoróérzékeny",
        "dị ứng đậu phộng",
        "DỊ ỨNG".lower(),
        "di\u0323 u\u031b\u0301ng",
        "anafilaxia",
        "АЛЛЕРГИЯ на орехи",
        "алергія на арахіс",
        "непереносимость лактозы",
        "ΑΛΛΕΡΓΙΑ σε ξηρούς καρπούς",
        "αλλεργία",
        "لدي حساسية من الفول السوداني",
        "حسّاسية",
        "حساسیت به بادام",
        "אלרגיה לבוטנים",
        "मुझे एलर्जी है",
        "แพ้ถั่ว",
        "花生过敏",
        "花生過敏",
        "乳糖不耐受",
        "卵アレルギーです",
        "ｱﾚﾙｷﾞｰ",
        "땅콩 알레르기",
    ],
)
def test_words_about_allergies_are_found(text):
    assert mentions_allergy(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Bitte ohne Zwiebeln",
        "die allergrößte Pizza",
        "allerhand",
        "Galerie",
        "Malergeselle",
        "Kohlrabi ungesalzen, Radi ungewürzt",
        "salsa di ungheria",
        "ราคาแพง แพนงไก่",
        "الرجاء بدون بصل",
        "我等得不耐烦了",
        "без лука",
        "🥜🌰🦐🥛🥚🐟🌾🦀",
        *"🥜🌰🦐🥛🥚🐟🌾🦀",
    ],
)
def test_other_words_are_not(text):
    assert not mentions_allergy(text)


def test_an_allergy_is_large_bold_and_inverse_whatever_the_style_around_it():
    block = guest_text("Allergie", Style(height=2), prefix=">> ", indent=3)
    assert (block.text, block.prefix, block.indent) == ("Allergie", ">> ", 0)
    assert block.style.inverse
    assert block.style.bold
    assert block.style.height > 2  # larger even where long words make it narrow


def test_other_guest_text_keeps_its_style():
    style = Style(height=2)
    assert guest_text("scharf", style, "+ ", 3) == Text("scharf", style, "+ ", 3)


def test_where_nobody_acts_on_it_an_allergy_is_only_bold():
    assert quiet_text("Allergie") == Text("Allergie", Style(bold=True))
    assert quiet_text("scharf") == Text("scharf")
