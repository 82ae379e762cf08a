"""What a printer can do is found out by trying, and kept for the daemon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.printing.escpos_rig import JOB
from wix_printer_service.errors import PrinterUnavailableError
from wix_printer_service.models import Confirmation
from wix_printer_service.observations import Cause
from wix_printer_service.printing import learnt
from wix_printer_service.printing.abilities import UNKNOWN_PRINTER, Abilities, Ability
from wix_printer_service.virtual_printer import Faults

if TYPE_CHECKING:
    from pathlib import Path

    from tests.printing.escpos_rig import EscposRig, MakeRig
    from wix_printer_service.printing.escpos_printer import EscposPrinter

SEEN, ABSENT, UNTRIED = Ability.SEEN, Ability.ABSENT, Ability.UNTRIED
NO_NAME = {"maker": "NoName", "model": "POS-80"}


def learn(rig: EscposRig) -> EscposPrinter:
    printer = rig.connect(answer_timeout_s=0.1)
    printer.open()
    printer.learn()
    return printer


@pytest.mark.parametrize(
    ("faults", "abilities"),
    [
        (Faults(), Abilities(SEEN, SEEN, SEEN, SEEN, SEEN)),
        (Faults(no_process_id=True), Abilities(SEEN, ABSENT, SEEN, SEEN, SEEN)),
        (Faults(no_sensor_status=True), Abilities(SEEN, SEEN, ABSENT, SEEN, SEEN)),
        (Faults(no_automatic_status=True), Abilities(SEEN, SEEN, SEEN, ABSENT, SEEN)),
        (Faults(no_clearing=True), Abilities(SEEN, SEEN, SEEN, SEEN, ABSENT)),
    ],
)
def test_each_ability_is_found_out_by_itself(
    make_rig: MakeRig, faults: Faults, abilities: Abilities
) -> None:
    printer = learn(make_rig(faults, **NO_NAME))
    printer.close()
    assert printer.abilities == abilities


def test_what_a_printer_prints_instead_of_answering_stays_on_the_test_ticket(
    make_rig: MakeRig,
) -> None:
    rig = make_rig(Faults(prints_unknown=True, no_clearing=True), **NO_NAME)
    printer = learn(rig)
    assert printer.abilities.process_id is ABSENT
    assert printer.send(JOB) is Confirmation.PROCESSED
    printer.close()
    assert rig.receipts() == ["Pizza\n"]


def test_a_silent_printer_teaches_nothing(make_rig: MakeRig) -> None:
    rig = make_rig(Faults(silent=True))
    printer = learn(rig)
    printer.close()
    assert printer.abilities == UNKNOWN_PRINTER
    assert b"\x1d(" not in rig.virtual.heard


def test_what_was_learnt_counts_more_than_maker_and_model(
    make_rig: MakeRig, tmp_path: Path
) -> None:
    rig = make_rig(**NO_NAME)
    file = tmp_path / learnt.FILE_NAME
    learnt.write_down(file, rig.url, Abilities(SEEN, SEEN, SEEN, SEEN, SEEN))
    printer = rig.connect(file)
    assert printer.open().cause is Cause.FINE
    assert printer.send(JOB) is Confirmation.PRINTED
    printer.close()


def test_a_printer_that_was_found_to_answer_is_missed_from_the_start(
    make_rig: MakeRig, tmp_path: Path
) -> None:
    rig = make_rig(Faults(silent=True))
    file = tmp_path / learnt.FILE_NAME
    learnt.write_down(file, rig.url, Abilities(SEEN, ABSENT, SEEN, ABSENT, ABSENT))
    with pytest.raises(Exception, match="does not answer") as caught:
        rig.connect(file).open()
    assert caught.value.cause is Cause.NO_ANSWER


def test_a_printer_that_once_answered_is_missed_in_the_next_run(
    make_rig: MakeRig, tmp_path: Path
) -> None:
    rig = make_rig()
    file = tmp_path / learnt.FILE_NAME
    first = rig.connect(file)
    first.open()
    first.close()
    rig.virtual.set_faults(silent=True)
    with pytest.raises(PrinterUnavailableError, match="does not answer") as caught:
        rig.connect(file).open()
    assert caught.value.cause is Cause.NO_ANSWER


def test_a_printer_that_only_answered_is_still_known_by_its_model(
    make_rig: MakeRig, tmp_path: Path
) -> None:
    rig = make_rig()
    file = tmp_path / learnt.FILE_NAME
    learnt.note_answer(file, rig.url)
    printer = rig.connect(file)
    printer.open()
    assert printer.send(JOB) is Confirmation.PRINTED
    printer.close()


def test_that_a_printer_answers_is_written_once_and_takes_nothing_away(
    make_rig: MakeRig, tmp_path: Path
) -> None:
    rig = make_rig()
    file = tmp_path / learnt.FILE_NAME
    learnt.write_down(file, rig.url, Abilities(UNTRIED, SEEN, SEEN, ABSENT, ABSENT))
    learnt.note_answer(file, rig.url)
    assert learnt.look_up(file, rig.url) == Abilities(SEEN, SEEN, SEEN, ABSENT, ABSENT)
    before = file.stat().st_ino
    printer = rig.connect(file)
    printer.open()
    printer.close()
    assert file.stat().st_ino == before


def test_a_file_that_cannot_be_written_costs_no_answer(make_rig: MakeRig, tmp_path: Path) -> None:
    (tmp_path / "in-the-way").write_text("")
    printer = make_rig().connect(tmp_path / "in-the-way" / learnt.FILE_NAME)
    assert printer.open().cause is Cause.FINE
    printer.close()
