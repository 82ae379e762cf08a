"""``receipts preview`` and ``receipts layout``: receipts without a printer."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml
from PIL import Image

from tests.api.status_house import PRINTERS, House
from tests.cli.typed import plain
from wix_printer_service.api.pictures import MARGIN_DOTS
from wix_printer_service.cli.main import main
from wix_printer_service.settings import Settings
from wix_printer_service.simulation import samples

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import FakeClock
    from wix_printer_service.storage.database import Database

STATIONS = {"bar": {"names": ["*tiramisu*"]}}
WITH_BAR = {
    **PRINTERS,
    "kitchen": {**PRINTERS["kitchen"], "stations": ["default"]},
    "bar": {
        "connection": "cups://bar",
        "receipts": ["kitchen"],
        "stations": ["bar", "expo"],
        "paper_width_mm": 58,
    },
}


class Said(NamedTuple):
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


@pytest.fixture
def config(database: Database, tmp_path: Path) -> Path:
    """A restaurant with a bar and a driver who speaks Turkish."""
    content = {
        "storage": {"path": str(database.path)},
        "stations": STATIONS,
        "printers": WITH_BAR,
        "restaurant": {"name": "Trattoria Beispiel"},
        "receipts": {"languages": {"driver": "tr"}},
    }
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")
    return file


@pytest.fixture
def house(database: Database, fake_clock: FakeClock, config: Path) -> House:
    """The same restaurant with orders, its daemon at work."""
    return House(database, fake_clock, Settings.model_validate(yaml.safe_load(config.read_text())))


@pytest.fixture
def receipts(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> Callable[..., Said]:
    """Types ``wix-printer receipts`` and what follows."""

    def run(command: str, *arguments: object) -> Said:
        typed = ["wix-printer", "receipts", command, *map(str, arguments)]
        if command != "layout":
            typed += ["--config", str(config)]
        monkeypatch.setattr(sys, "argv", typed)
        capsys.readouterr()  # what the house has said so far
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def sample(tmp_path: Path) -> Callable[..., Path]:
    """Writes a sample's delivery, or what is made of it, to a file."""

    def write(name: str, change: Callable[[dict[str, Any]], object] = lambda found: found) -> Path:
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps(change(samples.load(name))), "utf-8")
        return file

    return write


def test_an_order_is_found_by_its_id_its_number_and_our_own_number(house: House, receipts):
    order = house.take_in("pickup")
    house.take_in("delivery_cash", lambda order: order.pop("number"))
    by_id, *by_number = (receipts("preview", name) for name in (order, "10041", "#10041"))
    assert by_id.code == 0
    assert "#10041" in by_id.out
    assert [said.out for said in by_number] == [by_id.out, by_id.out]
    assert "L1" in receipts("preview", "L1").out


def test_of_two_orders_with_one_number_the_newest_is_shown(house: House, receipts):
    house.take_in("pickup")
    house.clock.advance(60)
    house.take_in("delivery_cash", lambda order: order.update(number="10041"))
    assert "LIEFERUNG" in receipts("preview", "10041").out.upper()


def test_what_is_shown_is_the_ticket_that_would_be_printed(house: House, receipts):
    order = house.take_in("pickup")
    kitchen = next(job for job in house.jobs_of(order) if job.printer == "kitchen")
    png = house.browser().get(f"/jobs/{kitchen.id}/receipt.png").content
    file = house.database.path.with_name("preview.png")
    assert receipts("preview", order, "--png", file) == (0, "", "")
    assert file.read_bytes() == png


@pytest.mark.parametrize(
    ("name", "reason"),
    [("10099", "there is no order 10099"), ("#", "there is no order #"), ("x.json", "x.json")],
)
def test_an_order_that_is_nowhere_is_a_finding_that_says_where_was_looked(
    house: House, receipts, name, reason
):
    house.take_in("pickup")
    said = receipts("preview", name)
    assert said.code == 1
    assert reason in said.err
    where = f"looked into the database {house.database.path} and for a file {name}"
    assert where in said.err


def test_without_a_database_files_can_be_looked_at_and_orders_cannot(
    receipts, sample, config: Path
):
    settings = yaml.safe_load(config.read_text())
    settings["storage"]["path"] = str(config.with_name("nothing.db"))
    config.write_text(yaml.safe_dump(settings))
    assert receipts("preview", sample("pickup")).code == 0
    said = receipts("preview", "10041")
    assert said.code == 1
    nowhere = f"there is no database at {config.with_name('nothing.db')}"
    assert f"there is no file 10041, and {nowhere}" in said.err


def test_the_order_before_a_change_must_be_there(receipts, sample, tmp_path: Path):
    before = tmp_path / "before.json"
    said = receipts("preview", sample("pickup"), "--receipt", "change", "--before", before)
    assert (said.code, said.err) == (1, f"{before}: cannot be read: No such file or directory\n")


def test_what_was_forgotten_cannot_be_seen(house: House, receipts):
    order = house.take_in("pickup")
    house.anonymise(order)
    said = receipts("preview", order)
    assert (said.code, "no data" in said.err) == (1, True)


def test_a_file_holds_a_delivery_or_an_order_alone(receipts, sample):
    delivery = receipts("preview", sample("delivery_cash"))
    alone = receipts("preview", sample("delivery_cash", samples.order_of))
    assert delivery.code == 0
    assert "#10042" in delivery.out
    assert delivery.out == alone.out


def test_an_order_that_does_not_say_its_id_has_that_of_the_delivery(receipts, sample):
    def forget_its_names(envelope: dict[str, Any]) -> dict[str, Any]:
        order = samples.order_of(envelope)
        del order["id"], order["number"]
        return envelope

    said = receipts("preview", sample("pickup", forget_its_names))
    assert "ID EB9C71" in said.out


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "odd.json: "),
        (b"\xff\xfe", "odd.json: "),
        (b"{", "odd.json: this is not JSON: "),
        *[
            (content, "odd.json: expected a decoded delivery of Wix, or an order alone")
            for content in (b'"pizza"', b'[{"id": "1"}]', b"{}", b'{"pizza": "Salami"}')
        ],
        (b'{"data": {}}', "odd.json: data.eventType: missing"),
        (
            b'{"eventType": "wix.stores.v1.product_created", "data": {}}',
            "odd.json: wix.stores.v1.product_created is no event of an order",
        ),
    ],
)
def test_a_file_that_holds_neither_is_a_finding(receipts, tmp_path: Path, content, reason):
    (tmp_path / "odd.json").write_bytes(content)
    said = receipts("preview", tmp_path / "odd.json")
    assert (said.code, reason in said.err) == (1, True)


@pytest.mark.parametrize("receipt", ["kitchen", "driver", "customer", "cancellation"])
def test_every_receipt_can_be_seen(receipts, sample, receipt):
    said = receipts("preview", sample("delivery_cash"), "--receipt", receipt)
    assert (said.code, "#10042" in said.out) == (0, True)


def test_a_receipt_has_the_paper_of_its_printer(receipts, sample):
    file = sample("delivery_cash")
    kitchen, customer, chosen, narrow, bar = (
        max(len(row) for row in receipts("preview", file, *options).out.splitlines())
        for options in (
            (),
            ("--receipt", "customer"),
            ("--receipt", "customer", "--printer", "kitchen"),
            ("--width", "58"),
            ("--station", "expo"),
        )
    )
    assert (kitchen, customer, chosen, narrow, bar) == (48, 32, 48, 32, 32)


def test_a_station_sees_its_share(receipts, sample):
    file = sample("pickup")
    kitchen, bar = (receipts("preview", file, "--station", name).out for name in ("default", "bar"))
    assert ("Margherita" in kitchen, "Tiramisu" in kitchen) == (True, False)
    assert ("Margherita" in bar, "Tiramisu" in bar) == (False, True)


def test_a_printer_shows_the_first_station_that_it_prints(receipts, sample):
    file = sample("pickup")
    bar = receipts("preview", file, "--printer", "bar")
    assert ("Margherita" in bar.out, "Tiramisu" in bar.out) == (False, True)
    assert bar == receipts("preview", file, "--printer", "bar", "--station", "bar")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--station", "bar"), "bar makes nothing of this order"),
        (("--receipt", "driver"), "there is nothing to deliver"),
        (("--station", "default"), ""),
        (("--receipt", "customer", "--station", "bar"), ""),
        (("--receipt", "cancellation", "--station", "bar"), ""),
    ],
)
def test_what_would_never_be_printed_is_shown_and_said_to_be_so(receipts, sample, options, reason):
    def without_tiramisu(envelope: dict[str, Any]) -> dict[str, Any]:
        del samples.order_of(envelope)["lineItems"][1:]
        return envelope

    said = receipts("preview", sample("pickup", without_tiramisu), *options)
    assert "10041" in said.out
    assert said.err == (f"{reason}: nothing would be printed\n" if reason else "")


def test_a_receipt_that_no_printer_prints_is_said_to_be_so(receipts, sample, config: Path):
    settings = yaml.safe_load(config.read_text())
    settings["printers"] = {"kitchen": {"connection": "cups://a", "receipts": ["kitchen"]}}
    settings["stations"] = {}
    config.write_text(yaml.safe_dump(settings))
    said = receipts("preview", sample("pickup"), "--receipt", "customer")
    assert said.err == "no printer prints it: nothing would be printed\n"


def test_items_are_listed_with_who_makes_them_and_the_ids_that_stations_go_by(receipts, sample):
    def on_a_menu(envelope: dict[str, Any]) -> dict[str, Any]:
        reference = samples.order_of(envelope)["lineItems"][1]["catalogReference"]
        reference.update(catalogItemId="item-7")
        reference.setdefault("options", {}).update(sectionId="desserts", menuId="menu-1")
        return envelope

    rows = receipts("items", sample("pickup", on_a_menu)).out.splitlines()
    assert rows[0].split() == ["NAME", "STATION", "ITEM", "SECTION", "MENU"]
    assert rows[1].split()[:3] == ["Pizza", "Margherita", "default"]
    assert rows[2].split() == ["Tiramisu", "bar", "item-7", "desserts", "menu-1"]


def test_a_picture_is_not_put_into_a_folder_that_is_not_there(receipts, sample, tmp_path: Path):
    said = receipts("preview", sample("pickup"), "--png", tmp_path / "new" / "receipt.png")
    assert said.code == 1
    assert f"cannot write the picture: there is no folder {tmp_path / 'new'}" in said.err
    assert not (tmp_path / "new").exists()


def test_another_language_can_be_tried(receipts, sample):
    file = sample("delivery_cash")
    turkish, english = (
        receipts("preview", file, "--receipt", "driver", *more).out
        for more in ((), ("--language", "en"))
    )
    assert "ÖDENMEDİ" in turkish
    assert "NOT PAID" in english


def test_a_change_is_shown_against_the_order_before(receipts, sample):
    change = ("preview", sample("modifiers_edited"), "--receipt", "change")
    before = sample("modifiers")
    kitchen, customer = (
        receipts(*change, "--before", before, *reader).out
        for reader in ((), ("--reader", "customer"))
    )
    assert "ÄNDERUNG" in kitchen
    assert "ÄNDERUNG" in customer
    assert ("KÜCHE" in kitchen, "KÜCHE" in customer) == (True, False)


def test_a_layout_can_be_tried_before_it_is_used(receipts, sample, tmp_path: Path):
    layout = tmp_path / "kitchen.yaml"
    default = receipts("layout", "kitchen").out
    layout.write_text(default, "utf-8")
    preview = ("preview", sample("pickup"))
    assert receipts(*preview, "--layout", layout) == receipts(*preview)
    layout.write_text(default + '  - text: {lines: ["Buon appetito"]}\n', "utf-8")
    assert "Buon appetito" in receipts(*preview, "--layout", layout).out


def test_the_mistakes_of_a_layout_are_named_like_those_of_the_configuration(
    receipts, sample, tmp_path: Path
):
    layout = tmp_path / "kitchen.yaml"
    layout.write_text("bloks: []\n", "utf-8")
    said = receipts("preview", sample("pickup"), "--layout", layout)
    assert said.code == 1
    assert str(layout) in said.err
    assert "bloks" in said.err


def test_a_picture_is_written_for_everybody_to_see_and_the_text_printed_if_wanted(
    receipts, sample, tmp_path: Path
):
    png = tmp_path / "receipt.png"
    silent = receipts("preview", sample("pickup"), "--png", png)
    both = receipts("preview", sample("pickup"), "--png", png, "--text")
    assert silent == (0, "", "")
    assert "#10041" in both.out
    assert png.stat().st_mode & 0o777 == 0o644
    with Image.open(png) as picture:
        assert picture.width == 576 + 2 * MARGIN_DOTS


def test_a_picture_that_cannot_be_written_is_a_finding(receipts, sample, tmp_path: Path):
    said = receipts("preview", sample("pickup"), "--png", tmp_path)
    assert said.code == 1
    assert "cannot write the picture" in said.err


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--receipt", "menu"), "'menu' is not one of"),
        (("--receipt", "test"), "'test' is not one of"),
        (("--station", "grill"), "there is no 'grill'; there is: bar, default, expo"),
        (("--printer", "attic"), "there is no 'attic'; there is: kitchen, counter, bar"),
        (("--width", "60"), "there is no '60'; there is: 80, 58"),
        (("--width", "58", "--printer", "bar"), "the printer has its own width"),
        (("--language", "xx"), "there is no 'xx'; there is: de, en"),
        (("--receipt", "change"), "needed by the receipt change alone"),
        (("--before", "x.json"), "needed by the receipt change alone"),
    ],
)
def test_wrong_usage_is_exit_code_2(receipts, sample, options, reason):
    said = receipts("preview", sample("pickup"), *options)
    assert (said.code, reason in plain(said.err)) == (2, True)
