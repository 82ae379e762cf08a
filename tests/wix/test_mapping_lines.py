"""If these pass, a cook reads of every line all that was said, and nothing twice."""

from __future__ import annotations

from decimal import Decimal

import pytest

from wix_printer_service.models import Modifier, OrderLine, Unread
from wix_printer_service.wix.mapping import read_order

ONE = Decimal(1)


def said(text: str) -> dict[str, str]:
    return {"original": text, "translated": text and f"({text})"}


def modifier(label: str, quantity: object = 1, **more: object) -> dict[str, object]:
    return {"label": said(label), "quantity": quantity, **more}


def group(name: str, *modifiers: dict[str, object]) -> dict[str, object]:
    return {"name": said(name), "modifiers": list(modifiers)}


def described(name: str, value: str) -> dict[str, object]:
    return {"name": said(name), "plainText": said(value)}


def read(**item: object) -> tuple[OrderLine, tuple[Unread, ...]]:
    item = {"productName": said("Pizza"), "quantity": 1, **item}
    order = read_order({"lineItems": [item]})
    return order.lines[0], order.unread


def line(**item: object) -> OrderLine:
    found, unread = read(**item)
    assert unread == ()
    return found


def requested(text: str) -> dict[str, object]:
    return {"options": {"specialRequests": text}}


def test_a_bare_line_says_nothing_more_than_its_name():
    assert line() == OrderLine("Pizza", ONE, "", (), (), (), None, None, "")


def test_choices_come_with_their_group_and_count():
    chosen = line(modifierGroups=[group("Extra", modifier("Käse"), modifier("Chili", "2"))])
    assert chosen.modifiers == (Modifier("Extra", "Käse", ONE), Modifier("Extra", "Chili", 2 * ONE))


def test_details_of_a_choice_stand_behind_it_once():
    groups = [
        group("Sauce", modifier("Hausdressing", details=said("scharf"))),
        group("Protein", modifier("Tofu", details=said("Tofu"))),
        group("", modifier("", details=said("ohne Salz"))),
    ]
    assert line(modifierGroups=groups).modifiers == (
        Modifier("Sauce", "Hausdressing (scharf)", ONE),
        Modifier("Protein", "Tofu", ONE),
        Modifier("", "ohne Salz", ONE),
    )


@pytest.mark.parametrize(
    "place",
    [
        pytest.param({"catalogReference": requested("ohne Zwiebeln")}, id="in the catalogue"),
        pytest.param({"descriptionLines": [described("Sonderwünsche", "ohne Zwiebeln")]}, id="de"),
        pytest.param(
            {"descriptionLines": [described("Special request:", "ohne Zwiebeln")]}, id="en"
        ),
        pytest.param(
            {
                "catalogReference": requested("Ohne  zwiebeln"),
                "descriptionLines": [described("Sonderwunsch", "ohne Zwiebeln")],
            },
            id="in both",
        ),
        pytest.param(
            {"descriptionLines": [described("Note", "ohne Zwiebeln")] * 2}, id="twice the same"
        ),
        pytest.param(
            {
                "descriptionLines": [
                    described("Note", "ohne Zwiebeln"),
                    described("Sonderwunsch", "OHNE\n Zwiebeln"),
                ]
            },
            id="in two spellings",
        ),
    ],
)
def test_a_special_request_is_a_wish_once_wherever_it_stands(place):
    found = line(**place)
    assert (found.wishes, found.options) == (("ohne Zwiebeln",), ())


def test_two_different_requests_are_two_wishes():
    both = line(
        catalogReference=requested("ohne Zwiebeln"),
        descriptionLines=[described("Hinweis", "gut durch")],
    )
    assert both.wishes == ("gut durch", "ohne Zwiebeln")


def test_a_wish_in_the_words_of_the_note_for_the_whole_order_is_still_a_wish():
    item = {"productName": "Pizza", "quantity": 1, "catalogReference": requested("Keine Nüsse")}
    order = read_order({"lineItems": [item], "buyerNote": "Keine Nüsse"})
    assert (order.lines[0].wishes, order.buyer_note) == (("Keine Nüsse",), "Keine Nüsse")


@pytest.mark.parametrize("request_", [{"text": "ohne Zwiebeln"}, ["ohne Zwiebeln"]])
def test_a_request_of_an_unknown_form_is_kept(request_):
    found, unread = read(catalogReference={"options": {"specialRequests": request_}})
    assert found.wishes == ()
    assert [piece.text for piece in unread] == ["ohne Zwiebeln"]


def test_a_wish_keeps_a_heading_that_says_something():
    lines = [described("Hinweis für Allergiker", "Nüsse"), described("Anmerkungen:", "heiß")]
    assert line(descriptionLines=lines).wishes == ("Hinweis für Allergiker: Nüsse", "heiß")


def test_a_request_under_another_name_keeps_that_name_and_comes_once():
    found = line(
        catalogReference=requested("Erdnüsse"),
        descriptionLines=[described("Allergie", "Erdnüsse"), described("Allergie", "Erdnüsse")],
    )
    assert (found.wishes, found.options) == (("Allergie: Erdnüsse",), ())


def test_other_descriptions_are_options_in_their_order():
    lines = [described("Größe", "Groß"), described("", "Scharf"), described("Ohne Sesam", "")]
    assert line(descriptionLines=lines).options == (
        ("Größe", "Groß"),
        ("", "Scharf"),
        ("", "Ohne Sesam"),
    )


def test_an_option_that_is_said_twice_was_perhaps_meant_twice():
    twice = [described("Extra", "Käse"), described("Extra", "Käse")]
    assert line(descriptionLines=twice).options == (("Extra", "Käse"), ("Extra", "Käse"))


def test_a_colour_and_an_untranslated_text_are_descriptions_too():
    lines = [
        {"name": said("Farbe"), "colorInfo": {"original": "Rot", "code": "#f00"}},
        {"name": "Größe", "plainTextValue": "Groß"},
        {"name": said("Rand"), "plainText": {"translated": "dünn"}},
    ]
    assert line(descriptionLines=lines).options == (
        ("Farbe", "Rot"),
        ("Größe", "Groß"),
        ("Rand", "dünn"),
    )


def test_an_empty_field_for_wishes_is_no_option():
    empty = line(descriptionLines=[described("Sonderwünsche", ""), {"name": None}, {}])
    assert (empty.wishes, empty.options) == ((), ())


WITHOUT = [group("Ohne", modifier("Sesam"), modifier("Käse, gerieben"), modifier("Chili", 2))]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Ohne", "Sesam"),
        ("ohne", " SESAM "),
        ("", "Sesam"),
        ("Ohne", "Käse, gerieben"),
        ("Ohne", "Sesam, Chili"),
        ("Ohne", "Sesam,2x Chili"),
        ("Ohne", "Sesam\nChili"),
        ("Ohne", "2 × Chili"),
        ("Ohne", "1x Sesam"),
    ],
)
def test_a_description_of_the_same_choices_is_not_printed_again(name, value):
    found = line(modifierGroups=WITHOUT, descriptionLines=[described(name, value)])
    assert found.options == ()
    assert len(found.modifiers) == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("Topping", "Sesam", id="another group"),
        pytest.param("Ohne", "Nüsse", id="another choice"),
        pytest.param("Ohne", "Sesam, Nüsse", id="one more choice"),
        pytest.param("Ohne", "3x Chili", id="another count"),
        pytest.param("Ohne", "2x Sesam", id="a count where there was none"),
        pytest.param("", "Ohne Sesam", id="other words"),
    ],
)
def test_a_description_that_says_more_than_the_choices_is_printed(name, value):
    found = line(modifierGroups=WITHOUT, descriptionLines=[described(name, value)])
    assert found.options == ((name, value),)


def test_a_description_that_names_the_group_of_a_nameless_choice_is_printed():
    found = line(
        modifierGroups=[group("", modifier("Sesam"))], descriptionLines=[described("Ohne", "Sesam")]
    )
    assert found.options == (("Ohne", "Sesam"),)


def test_a_description_of_an_unknown_form_is_kept_whole_and_its_name_does_not_stand_alone():
    lines = [
        {"lineType": "X", "fancy": {"text": "FANCYTEXT"}},
        {"name": {"original": "Allergie"}, "newText": {"original": "ERDNUSS"}},
        {"name": {"original": "Allergie"}, "plainText": {"words": "SESAM"}},
        {"name": {"original": "Sonderwünsche"}, "newText": "SCHARF"},
    ]
    found, unread = read(descriptionLines=lines)
    assert found.options == (("", "?"), ("Allergie", "?"), ("Allergie", "?"))
    assert found.wishes == ("?",)
    place = "lineItems[0].descriptionLines"
    assert {
        Unread(f"{place}[0]", "lineType: X, fancy.text: FANCYTEXT"),
        Unread(f"{place}[1]", "name.original: Allergie, newText.original: ERDNUSS"),
        Unread(f"{place}[2]", "name.original: Allergie, plainText.words: SESAM"),
        Unread(f"{place}[3]", "name.original: Sonderwünsche, newText: SCHARF"),
    } <= set(unread)
    assert len(set(unread)) == len(unread)


def test_ids_and_types_of_a_description_are_no_words():
    lines = [
        {"id": "1", "lineType": "PLAIN_TEXT", "name": said("Ohne Salz"), "plainText": said("")}
    ]
    assert line(descriptionLines=lines).options == (("", "Ohne Salz"),)


def test_a_choice_of_an_unknown_form_is_kept_whole():
    chosen = {"id": "m", "quantity": 2, "title": {"original": "OHNE NUSS"}, "price": "1"}
    groups = [{"title": "EXTRA", "modifiers": [chosen]}, {"name": said("Dip"), "dips": ["AIOLI"]}]
    found, unread = read(modifierGroups=groups)
    assert found.modifiers == (Modifier("", "?", Decimal(2)),)
    place = "lineItems[0].modifierGroups"
    assert {
        Unread(
            f"{place}[0].modifiers[0]", "id: m, quantity: 2, title.original: OHNE NUSS, price: 1"
        ),
        Unread(f"{place}[1].name", "Dip"),
    } <= set(unread)
    whole = {piece.path: piece.text for piece in unread}
    assert whole[f"{place}[0]"].startswith("title: EXTRA, modifiers.id: m")
    assert "dips: AIOLI" in whole[f"{place}[1]"]


def test_a_choice_with_details_says_what_its_bare_description_says():
    groups = [group("Sauce", modifier("Hausdressing", details=said("scharf")))]
    for value in ("Hausdressing", "Hausdressing (scharf)"):
        lines = [described("Sauce", value)]
        assert line(modifierGroups=groups, descriptionLines=lines).options == ()


def test_a_wish_in_the_words_of_a_choice_is_still_a_wish():
    found = line(modifierGroups=WITHOUT, catalogReference=requested("Sesam"))
    assert found.wishes == ("Sesam",)


def test_choices_that_only_the_catalogue_knows_are_pointed_out():
    ids = {"options": {"modifierGroups": [{"id": "g", "modifiers": [{"id": "m"}]}]}}
    missing = Unread("lineItems[0].catalogReference.options.modifierGroups", "–")
    assert read(catalogReference=ids)[1] == (missing,)
    assert read(catalogReference=ids, descriptionLines=[described("Extra", "Käse")])[1] == ()
    assert read(catalogReference=ids, modifierGroups=WITHOUT)[1] == ()
    nothing_chosen = {"options": {"modifierGroups": [{"id": "g", "modifiers": []}]}}
    assert read(catalogReference=nothing_chosen)[1] == ()


def test_choices_that_the_catalogue_names_are_read_where_wix_names_them_nowhere_else():
    chosen = {"id": "m", "name": said("Käse"), "price": "1", "formattedPrice": "1 €"}
    twice = {"label": "Chili", "quantity": 2}
    named = {"options": {"modifierGroups": [{"name": "Extra", "modifiers": [chosen, twice]}]}}
    both = (Modifier("Extra", "Käse", ONE), Modifier("Extra", "Chili", 2 * ONE))
    assert line(catalogReference=named).modifiers == both
    described_too = line(catalogReference=named, descriptionLines=[described("Extra", "Käse")])
    assert (described_too.modifiers, described_too.options) == (both, ())
    assert len(line(catalogReference=named, modifierGroups=WITHOUT).modifiers) == len(WITHOUT) * 3


def test_the_same_choice_in_two_groups_is_two_choices():
    half = group("Half", modifier("Ham"))
    assert line(modifierGroups=[half, half]).modifiers == (Modifier("Half", "Ham", ONE),) * 2


def test_prices_refunds_and_other_apps_fields_are_no_words_for_the_kitchen():
    options = {"priceVariant": {"id": "v", "formattedPrice": "14,80 €"}, "operationId": "o"}
    found = line(
        catalogReference={"options": options},
        refundQuantity=1,
        priceDescription=said("ab 14,80 €"),
        extendedFields={"namespaces": {"@app/restaurants": {"station": "grill"}}},
    )
    assert found == line()


def test_a_name_that_is_only_translated_is_a_name():
    only = {"original": None, "translated": "Cheese"}
    groups = [{"name": only, "modifiers": [{"label": only}]}]
    found = line(productName=only, modifierGroups=groups)
    assert (found.name, found.modifiers) == ("Cheese", (Modifier("Cheese", "Cheese", ONE),))


def test_a_group_without_a_choice_and_a_choice_without_a_name_are_pointed_out():
    found, unread = read(modifierGroups=[group("Ohne Nüsse"), group("Extra", modifier(""))])
    assert found.modifiers == (Modifier("Extra", "?", ONE),)
    assert unread == (
        Unread("lineItems[0].modifierGroups[0].name", "Ohne Nüsse"),
        Unread("lineItems[0].modifierGroups[1].modifiers[0].label", "–"),
    )


def test_a_line_without_a_name_is_pointed_out():
    found, unread = read(productName=None)
    assert found.name == "?"
    assert unread == (Unread("lineItems[0].productName", "–"),)


def test_a_name_in_an_unknown_form_is_not_lost():
    found, unread = read(productName={"text": "Pizza Tonno"})
    assert found.name == "?"
    assert Unread("lineItems[0].productName.text", "Pizza Tonno") in unread


def test_the_lines_total_is_the_one_after_tax_if_wix_says():
    sums = {"lineItemPrice": {"amount": "9.10"}, "totalPriceBeforeTax": {"amount": "8.50"}}
    assert str(line(**sums).total) == "9.10"
    assert str(line(totalPriceAfterTax={"amount": "9.90"}, **sums).total) == "9.90"
    assert str(line(totalPriceBeforeTax={"amount": "8.50"}).total) == "8.50"
    assert str(line(price={"amount": "4.50"}).unit_price) == "4.50"
