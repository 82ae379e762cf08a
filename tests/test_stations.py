"""If these pass, every line is made by exactly one station, and none by nobody unless it should."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.receipts.orders import PICKUP, RESTAURANT_APP, SHOP_APP, line
from wix_printer_service.models import DEFAULT_STATION, EXPO_STATION, Order, OrderLine
from wix_printer_service.settings import Station
from wix_printer_service.stations import Kitchen, Share


def kitchen(**stations: Station) -> Kitchen:
    return Kitchen(stations, {RESTAURANT_APP})


def order(*lines: OrderLine, **more: str) -> Order:
    return replace(PICKUP, lines=lines, **more)


def maker(kitchen: Kitchen, made: OrderLine, **more: str) -> str | None:
    return kitchen.station_of(made, order(made, **more))


PIZZA = line("Pizza Funghi", item_id="item-1", section_id="section-1", menu_id="menu-1")
COLA = line("Cola 0,33 l")
VOUCHER = line("Voucher", app_id=SHOP_APP)
CUSTOM = line("As discussed", app_id="")
GRILL, BAR = Station(names=("Steak*",)), Station(names=("Cola*", "*bier"))


# which station


def test_without_stations_the_default_one_makes_everything():
    assert maker(kitchen(), PIZZA) == DEFAULT_STATION
    assert kitchen().share(order(PIZZA, COLA), DEFAULT_STATION) == Share((PIZZA, COLA), 0, 0)


@pytest.mark.parametrize(
    "station",
    [
        Station(sections=("section-0", "section-1")),
        Station(menus=("menu-1",)),
        Station(items=("item-1",)),
        Station(names=("Pizza*",)),
        Station(names=("pizza fung?i",)),
        Station(names=("*FUNGHI",)),
        Station(sections=("SECTION-1",)),
        Station(sections=("other",), names=("pizza*",)),
        Station(items=("other",), menus=("Menu-1",)),
    ],
)
def test_a_station_makes_what_any_of_its_keys_fits_in_any_case(station):
    assert maker(kitchen(oven=station), PIZZA) == "oven"


@pytest.mark.parametrize(
    "station",
    [
        Station(),
        Station(sections=("section",)),
        Station(menus=("section-1",)),
        Station(items=("menu-1",)),
        Station(sections=("",), menus=("",), items=("",)),
        Station(names=("Pizza",)),
        Station(names=("unghi",)),
        Station(names=("",)),
    ],
)
def test_what_fits_no_key_is_made_by_the_default_station(station):
    bare = line("Pizza Funghi")
    assert maker(kitchen(oven=station), bare) == DEFAULT_STATION
    assert maker(kitchen(oven=station), PIZZA) == DEFAULT_STATION


@pytest.mark.parametrize("name", ["STRASSE 7", "Straße 7"])
def test_a_name_is_compared_as_its_language_folds_case(name):
    assert maker(kitchen(oven=Station(names=("straße*",))), line(name)) == "oven"


@pytest.mark.parametrize("pattern", ["gro?e*", "Große*", "GROSSE*", "gro??e*", "*PI??A"])
def test_a_question_mark_stands_for_one_letter_as_it_is_written_or_folded(pattern):
    assert maker(kitchen(oven=Station(names=(pattern,))), line("Große Pizza")) == "oven"


def test_a_bracket_in_a_pattern_is_a_bracket():
    oven = kitchen(oven=Station(names=("pizza [vegan]*",)))
    assert maker(oven, line("Pizza [vegan] Funghi")) == "oven"
    assert maker(oven, line("Pizza v")) == DEFAULT_STATION


def test_a_name_is_the_same_however_its_accents_are_written():
    oven = kitchen(oven=Station(names=("Ka\u0308se*",)))
    assert maker(oven, line("K\u00e4sespa\u0308tzle")) == "oven"


def test_the_first_station_that_fits_makes_it():
    every, pizza = Station(names=("*",)), Station(names=("Pizza*",))
    assert maker(kitchen(first=every, second=pizza), PIZZA) == "first"
    assert maker(kitchen(first=pizza, second=every), PIZZA) == "first"
    assert maker(kitchen(first=pizza, second=every), COLA) == "second"


# at which place


@pytest.mark.parametrize("place", [{"location_id": "L-1"}, {"location_name": "MITTE"}])
def test_a_location_narrows_what_a_station_makes(place):
    oven = Station(names=("Pizza*",), locations=("l-1", "Mitte"))
    assert maker(kitchen(oven=oven), PIZZA, **place) == "oven"
    assert maker(kitchen(oven=oven), COLA, **place) == DEFAULT_STATION
    assert maker(kitchen(oven=oven), PIZZA, location_name="West") == DEFAULT_STATION
    assert maker(kitchen(oven=oven), PIZZA, location_name="") == DEFAULT_STATION


@pytest.mark.parametrize("key", ["sections", "menus", "items", "names"])
def test_a_location_beside_any_key_takes_only_what_that_fits(key):
    oven = kitchen(oven=Station(**{key: ("other",)}, locations=("Mitte",)))
    assert maker(oven, PIZZA, location_name="Mitte") == DEFAULT_STATION


def test_a_location_alone_takes_all_of_its_lines():
    mitte = kitchen(mitte=Station(locations=("Mitte",)))
    assert maker(mitte, PIZZA, location_name="Mitte") == "mitte"
    assert maker(mitte, PIZZA, location_name="West") == DEFAULT_STATION


# lines of other apps


def test_a_line_of_another_app_is_made_by_nobody_beside_one_for_the_kitchen():
    both = order(PIZZA, VOUCHER)
    assert kitchen().station_of(VOUCHER, both) is None
    assert kitchen().share(both, DEFAULT_STATION) == Share((PIZZA,), 0, 1)


def test_a_line_of_another_app_is_made_by_the_station_that_asks_for_it():
    shop = kitchen(shop=Station(names=("Voucher",)))
    assert shop.share(order(PIZZA, VOUCHER), "shop") == Share((VOUCHER,), 1, 0)


def test_an_order_without_any_line_for_the_kitchen_is_made_by_the_default_station():
    assert kitchen(bar=BAR).share(order(VOUCHER), DEFAULT_STATION) == Share((VOUCHER,), 0, 0)


def test_a_line_of_no_app_is_for_the_kitchen_and_an_apps_id_has_no_case():
    loud = replace(PIZZA, app_id=RESTAURANT_APP.upper())
    assert maker(kitchen(), CUSTOM) == maker(kitchen(), loud) == DEFAULT_STATION
    assert kitchen().share(order(CUSTOM, VOUCHER), DEFAULT_STATION).lines == (CUSTOM,)


# shares


def test_a_share_counts_what_the_others_make():
    split = kitchen(grill=GRILL, bar=BAR)
    all_of_it = order(PIZZA, COLA, line("Weißbier"), line("Steak"), VOUCHER)
    assert split.share(all_of_it, "grill") == Share((line("Steak"),), 3, 1)
    assert split.share(all_of_it, "bar") == Share((COLA, line("Weißbier")), 2, 1)
    assert split.share(all_of_it, DEFAULT_STATION) == Share((PIZZA,), 3, 1)
    assert split.share(all_of_it, EXPO_STATION) == Share(all_of_it.lines[:-1], 0, 1)


def test_pieces_are_counted_and_whatever_is_no_number_of_pieces_is_one():
    odd = [
        line("Wine", "0.75", unit="l"),
        line("Tea", "2", unit="l"),
        replace(line("Gin"), quantity=None),
        line("Rum", "-3"),
        line("Ale", "1.5"),
    ]
    rest = (line("Cola", "4"), *odd, line("Voucher", "3", app_id=SHOP_APP))
    bar = kitchen(bar=Station(names=("Cola", "Wine", "Tea", "Gin", "Rum", "Ale")))
    assert bar.share(order(PIZZA, *rest), DEFAULT_STATION) == Share((PIZZA,), 4 + len(odd), 3)


def test_an_order_is_looked_through_once_for_all_stations():
    split, whole, other = kitchen(grill=GRILL, bar=BAR), order(PIZZA, COLA), order(COLA)
    assert split.makers(whole) is split.makers(whole)
    assert split.makers(other) == ("bar",)
    assert split.makers(replace(whole, location_name="West")) == split.makers(whole)


def test_a_station_that_is_gone_from_the_settings_makes_nothing():
    assert kitchen().share(order(PIZZA), "bar") == Share((), 1, 0)


def test_a_station_has_work_if_it_makes_a_line():
    split = kitchen(grill=GRILL, bar=BAR)
    assert split.has_work(order(COLA), "bar")
    assert not split.has_work(order(COLA), "grill")
    assert not split.has_work(order(COLA), DEFAULT_STATION)
    assert split.has_work(order(COLA, PIZZA), DEFAULT_STATION)


def test_the_expo_puts_every_order_together():
    split = kitchen(bar=BAR)
    assert split.has_work(order(COLA), EXPO_STATION)
    assert split.has_work(order(), EXPO_STATION)


def test_an_order_without_lines_is_for_the_default_station_to_see():
    split = kitchen(bar=BAR)
    assert split.has_work(order(), DEFAULT_STATION)
    assert not split.has_work(order(), "bar")
    assert split.share(order(), DEFAULT_STATION) == Share((), 0, 0)


keys = st.sampled_from(["", "a", "A", "b"])
few = st.lists(keys, max_size=2).map(tuple)
patterns = st.lists(st.sampled_from(["", "a", "*", "b*", "?"]), max_size=2).map(tuple)
any_stations = st.dictionaries(
    st.sampled_from(["grill", "bar", "oven"]),
    st.builds(Station, sections=few, menus=few, items=few, names=patterns, locations=few),
)
any_lines = st.lists(
    st.builds(
        line,
        keys,
        item_id=keys,
        section_id=keys,
        menu_id=keys,
        app_id=st.sampled_from(["", RESTAURANT_APP, SHOP_APP]),
    ),
    max_size=5,
)


@given(stations=any_stations, lines=any_lines, place=keys)
def test_the_stations_make_each_line_once_and_the_expo_sees_them_all(stations, lines, place):
    split = kitchen(**stations)
    whole = order(*lines, location_name=place)
    shares = {name: split.share(whole, name) for name in (*stations, DEFAULT_STATION)}
    made = sorted((each for share in shares.values() for each in share.lines), key=repr)
    expo = split.share(whole, EXPO_STATION)
    assert made == sorted(expo.lines, key=repr)
    assert expo.others == 0
    for name, share in shares.items():
        assert len(share.lines) + share.others + share.not_for_kitchen == len(lines)
        if lines:
            assert split.has_work(whole, name) == bool(share.lines)
    assert bool(expo.lines) == bool(lines)
