from __future__ import annotations

import threading

import pytest

from wix_printer_service.virtual_printer import Breakdown, Faults, PaperState, VirtualPrinter

from .sent import (
    CLEAR_BUFFERS,
    CUT,
    SENSOR_QUERY,
    group,
    process_id,
    qr_code,
    raster,
    real_time_query,
)

JOB = b"\x1b@Pizza\n" + CUT


@pytest.fixture
def printer(tmp_path, fake_clock):
    return VirtualPrinter(tmp_path, clock=fake_clock)


@pytest.fixture
def texts(tmp_path):
    def read() -> list[str]:
        return [path.read_text("utf-8") for path in sorted(tmp_path.glob("*.txt"))]

    return read


def status_of(printer: VirtualPrinter) -> str:
    return b"".join(printer.receive(real_time_query(number)) for number in (1, 2, 3, 4)).hex()


# --- printing ---------------------------------------------------------------------------------


def test_a_cut_writes_the_receipt(printer, texts):
    printer.receive(JOB[:-1])
    assert texts() == []
    printer.receive(JOB[-1:])
    assert texts() == ["Pizza\n"]
    assert printer.receipts_printed == 1


def test_what_has_no_cut_is_written_when_torn_off(printer, texts):
    printer.receive(JOB + b"Tiramisu\n")
    assert texts() == ["Pizza\n"]
    printer.flush()
    printer.flush()
    assert texts() == ["Pizza\n", "Tiramisu\n"]


def test_paper_may_be_narrow(tmp_path, texts):
    VirtualPrinter(tmp_path, 58).receive(b"x" * 33 + b"\n" + CUT)
    assert texts() == ["x" * 32 + "\nx\n"]


def test_hosts_may_send_from_several_threads(printer, texts):
    threads = [threading.Thread(target=printer.receive, args=(JOB * 5,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert printer.receipts_printed == 20
    assert texts() == ["Pizza\n"] * 20


def test_a_folder_that_takes_no_files_is_a_broken_printer_until_it_does(tmp_path):
    directory = tmp_path / "receipts"
    directory.touch()
    printer = VirtualPrinter(directory)
    assert printer.receive(JOB + process_id(b"0001")) == b""
    assert status_of(printer) == "1a523212"
    assert printer.receipts_printed == 0
    directory.unlink()
    assert printer.receive(b"") == b"\x37\x220001\x00"
    assert (directory / "000001.txt").read_text() == "Pizza\n"
    assert status_of(printer) == "12121212"


# --- answers ----------------------------------------------------------------------------------


def test_a_healthy_printer_says_so(printer):
    assert status_of(printer) == "12121212"
    assert printer.receive(real_time_query(9)) == b""


@pytest.mark.parametrize(
    ("faults", "answers"),
    [
        (Faults(paper=PaperState.NEAR_END), "1212121e"),
        (Faults(paper=PaperState.OUT), "1a32127e"),
        (Faults(cover_open=True), "1a161212"),
        (Faults(offline=True), "1a121212"),
        (Faults(error=Breakdown.CUTTER), "1a521a12"),
        (Faults(error=Breakdown.UNRECOVERABLE), "1a523212"),
        (Faults(silent=True), ""),
    ],
)
def test_every_trouble_shows_in_the_real_time_status(tmp_path, faults, answers):
    printer = VirtualPrinter(tmp_path, faults=faults)
    assert status_of(printer) == answers


def test_the_sensors_answer_in_order(printer):
    assert printer.receive(SENSOR_QUERY) == b"\x00"
    assert printer.receive(b"\x1dr1\x1dr2\x1dr\x04") == b"\x00\x00\x00"
    assert printer.receive(b"\x1dr\x09") == b""
    printer.set_faults(paper=PaperState.NEAR_END)
    assert printer.receive(SENSOR_QUERY) == b"\x03"
    printer.set_faults(paper=PaperState.OUT)
    assert printer.receive(SENSOR_QUERY) == b""


def test_the_printer_says_who_it_is(tmp_path):
    printer = VirtualPrinter(tmp_path, maker="RONGTA", model="RP80")
    assert printer.receive(b"\x1dIB") == b"_RONGTA\x00"
    assert printer.receive(b"\x1dIC") == b"_RP80\x00"
    assert printer.receive(b"\x1dIA\x1dID").count(b"\x00") == 2
    for number in (b"\x01", b"\x02", b"\x03", b"1", b"2", b"3"):
        (answer,) = printer.receive(b"\x1dI" + number)
        assert answer & 0x90 == 0
    assert printer.receive(b"\x1dI\x63") == b""


def test_a_process_id_comes_back_when_what_was_before_it_is_on_paper(printer, texts):
    assert printer.receive(JOB) == b""
    assert printer.receive(process_id(b"0042")) == b"\x37\x220042\x00"
    assert texts() == ["Pizza\n"]


def test_other_functions_of_the_process_id_command_answer_nothing(printer):
    assert printer.receive(group(b"H", b"10\x01")) == b""
    assert printer.receive(group(b"H", b"0012345")) == b""
    assert printer.receive(group(b"k", b"00abcd")) == b""


def test_a_silent_printer_prints_without_a_word(tmp_path, texts):
    printer = VirtualPrinter(tmp_path, faults=Faults(silent=True))
    queries = real_time_query(1) + SENSOR_QUERY + b"\x1dIB\x1da\xff" + process_id(b"0001")
    assert printer.receive(JOB + queries + CLEAR_BUFFERS) == b""
    assert texts() == ["Pizza\n"]


def test_answers_are_the_same_if_the_bytes_come_one_by_one(tmp_path):
    stream = JOB + SENSOR_QUERY + real_time_query(4) + b"\x1da\xff\x1dIB" + process_id(b"0007")
    at_once = VirtualPrinter(tmp_path / "1").receive(stream)
    printer = VirtualPrinter(tmp_path / "2")
    assert b"".join(printer.receive(bytes([byte])) for byte in stream) == at_once
    assert at_once == b"\x00\x12\x10\x00\x00\x0f_EPSON\x00\x37\x220007\x00"


QUESTIONS = {
    "no_process_id": process_id(b"0001"),
    "no_sensor_status": SENSOR_QUERY,
    "no_automatic_status": b"\x1da\xff",
    "no_identity": b"\x1dIB",
    "no_clearing": CLEAR_BUFFERS,
}


@pytest.mark.parametrize(("lack", "question"), QUESTIONS.items())
def test_a_printer_that_lacks_something_answers_everything_else(printer, texts, lack, question):
    assert printer.receive(question) != b""
    printer.receive(b"\x1b@")
    printer.set_faults(**{lack: True})
    assert printer.receive(question) == b""
    assert status_of(printer) == "12121212"
    assert all(printer.receive(other) for other in QUESTIONS.values() if other != question)
    assert texts() == []


def test_a_printer_may_print_what_it_does_not_know(printer, texts):
    printer.set_faults(prints_unknown=True)
    assert printer.receive(process_id(b"0042") + b"\n" + JOB) == b""
    assert texts() == ["000042\nPizza\n"]


def test_a_printer_may_say_how_it_is_before_every_answer(printer):
    printer.set_faults(chatter=True)
    assert printer.receive(real_time_query(1)) == b"\x10\x00\x00\x0f\x12"
    assert printer.receive(JOB) == b""


def test_a_printer_may_answer_nothing_while_it_cannot_print(printer):
    printer.set_faults(silent_offline=True)
    assert status_of(printer) == "12121212"
    printer.set_faults(cover_open=True)
    assert status_of(printer) == ""
    printer.set_faults(cover_open=False)
    assert status_of(printer) == "12121212"


# --- automatic status -------------------------------------------------------------------------


def test_automatic_status_comes_at_once_and_after_each_change(printer):
    assert printer.receive(b"\x1da\xff") == b"\x10\x00\x00\x0f"
    printer.set_faults(cover_open=True)
    assert printer.receive(b"") == b"\x38\x00\x00\x0f"
    printer.set_faults(cover_open=True)
    assert printer.receive(b"") == b""
    printer.set_faults(cover_open=False, paper=PaperState.OUT)
    printer.set_faults(paper=PaperState.NEAR_END)
    printer.set_faults(paper=PaperState.OK, error=Breakdown.CUTTER)
    assert printer.receive(b"").hex(" ", 4) == "18000f0f 1000030f 1808000f"


def test_automatic_status_tells_only_the_kinds_that_were_asked_for(printer):
    assert printer.receive(b"\x1da\x08") == b"\x10\x00\x00\x0f"
    printer.set_faults(cover_open=True)
    assert printer.receive(b"") == b""
    printer.set_faults(paper=PaperState.NEAR_END)
    assert printer.receive(b"") == b"\x38\x00\x03\x0f"


@pytest.mark.parametrize("off", [b"\x1b@", b"\x1da\x00"])
def test_automatic_status_is_switched_off(printer, off):
    printer.receive(b"\x1da\xff" + off)
    printer.set_faults(cover_open=True)
    assert printer.receive(b"") == b""


# --- troubles ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "trouble",
    [
        {"paper": PaperState.OUT},
        {"cover_open": True},
        {"offline": True},
        {"error": Breakdown.CUTTER},
        {"error": Breakdown.UNRECOVERABLE},
    ],
)
def test_a_stopped_printer_keeps_its_data_and_goes_on_when_it_is_mended(printer, texts, trouble):
    printer.receive(b"Pizza\n")
    printer.set_faults(**trouble)
    assert printer.receive(b"Tiramisu\n" + CUT + SENSOR_QUERY + process_id(b"0001")) == b""
    assert texts() == []
    printer.set_faults(**{field: getattr(Faults(), field) for field in trouble})
    assert printer.receive(b"") == b"\x00\x37\x220001\x00"
    assert texts() == ["Pizza\nTiramisu\n"]


def test_real_time_commands_overtake_what_waits(printer):
    printer.set_faults(paper=PaperState.OUT)
    assert printer.receive(JOB + SENSOR_QUERY + real_time_query(4)) == b"\x7e"


def test_real_time_commands_inside_other_data_are_data(printer, texts):
    data = raster(real_time_query(1) + b"\x00" + CLEAR_BUFFERS, width_bytes=2)
    assert printer.receive(data + qr_code(real_time_query(1)) + CUT) == b""
    assert texts()[0].startswith("[image 16x7]\n[QR: ")


def test_an_interrupted_image_swallows_the_bytes_that_follow(printer):
    printer.receive(raster(bytes(100), 10)[:-12])
    assert printer.receive(real_time_query(1)) == b""
    assert printer.describe()["bytes_of_unfinished_command"] == 99
    printer.receive(bytes(9))
    assert printer.receive(real_time_query(1)) == b"\x12"


def test_a_power_cycle_loses_what_is_not_on_paper(printer, texts):
    printer.receive(b"\x1da\xff" + b"on paper\n" + b"in the line")
    printer.set_faults(paper=PaperState.OUT, error=Breakdown.UNRECOVERABLE)
    printer.receive(b"in the buffer\n" + process_id(b"0001") + b"\x1d(L\xff\xff")
    printer.power_cycle()
    assert printer.faults == Faults(paper=PaperState.OUT)
    printer.set_faults(paper=PaperState.OK)
    assert printer.receive(b"later\n" + CUT + SENSOR_QUERY) == b"\x00"
    assert texts() == ["on paper\nlater\n"]
    assert printer.power_cycles == 1


def test_clearing_the_buffers_forgets_jobs_and_their_ids(printer, texts):
    printer.receive(b"on paper\nin the line")
    printer.set_faults(cover_open=True)
    assert printer.receive(JOB + process_id(b"0001") + CLEAR_BUFFERS) == b"\x37\x25\x00"
    printer.set_faults(cover_open=False)
    assert printer.receive(b"later\n" + CUT) == b""
    assert texts() == ["on paper\nlater\n"]


def test_clearing_needs_the_whole_sequence(printer, texts):
    printer.set_faults(cover_open=True)
    assert printer.receive(JOB + CLEAR_BUFFERS[:-1] + b"\x09") == b""
    printer.set_faults(cover_open=False)
    assert texts() == ["Pizza\n"]


def test_a_freed_cutter_goes_on_with_the_job(printer, texts):
    printer.set_faults(error=Breakdown.CUTTER)
    printer.receive(JOB + b"\x10\x05\x00")
    assert texts() == []
    printer.receive(b"\x10\x05\x01")
    assert texts() == ["Pizza\n"]
    assert printer.faults == Faults()


def test_a_freed_cutter_may_start_afresh(printer, texts):
    printer.set_faults(error=Breakdown.CUTTER)
    printer.receive(JOB + process_id(b"0001") + b"\x10\x05\x02")
    assert printer.receive(SENSOR_QUERY) == b"\x00"
    assert texts() == []


def test_recovery_does_not_help_against_the_unrecoverable(printer):
    printer.set_faults(error=Breakdown.UNRECOVERABLE)
    printer.receive(b"\x10\x05\x01\x10\x05\x02")
    assert printer.faults.error is Breakdown.UNRECOVERABLE


def test_a_slow_printer_takes_its_time(printer, texts, fake_clock):
    printer.set_faults(bytes_per_second=8)
    fake_clock.advance(60)
    assert printer.receive(JOB + process_id(b"0001") + real_time_query(1)) == b"\x12"
    fake_clock.advance((len(JOB) - 1) / 8)
    assert printer.receive(b"") == b""
    assert texts() == []
    fake_clock.advance(1 / 8)
    assert printer.receive(b"") == b""
    assert texts() == ["Pizza\n"]
    assert printer.is_busy
    fake_clock.advance(len(process_id(b"0001")) / 8)
    assert printer.receive(b"") == b"\x37\x220001\x00"
    assert not printer.is_busy


def test_a_slow_printer_does_not_make_up_for_time_without_paper(printer, texts, fake_clock):
    printer.set_faults(bytes_per_second=10, paper=PaperState.OUT)
    printer.receive(JOB)
    assert not printer.is_busy
    fake_clock.advance(60)
    printer.set_faults(paper=PaperState.OK)
    assert texts() == []
    assert printer.is_busy
    printer.set_faults(bytes_per_second=None)
    assert texts() == ["Pizza\n"]


def test_a_listener_hears_of_changes(printer):
    heard: list[str] = []
    printer.on_change = lambda: heard.append("changed")
    printer.set_faults(cover_open=True)
    printer.power_cycle()
    assert heard == ["changed", "changed"]


# --- its own account --------------------------------------------------------------------------


def test_the_printer_tells_what_happened_to_it(printer):
    noises = b"\x1bp\x00\x32\x32\x10\x14\x01\x00\x01\x1bB\x01\x01"
    printer.receive(noises + JOB + b"\x1b\x7fx\n" + CUT)
    printer.set_faults(cover_open=True)
    printer.receive(b"abc")
    description = printer.describe()
    assert description["online"] is False
    assert description["cover_open"] is True
    assert description["receipts_printed"] == 2
    assert description["bytes_received"] == len(noises + JOB) + 7 + 3
    assert description["bytes_waiting"] == 3
    assert description["drawer_pulses"] == 2
    assert description["buzzes"] == 1
    assert description["warnings"] == ["unknown command 1b 7f"]


def test_the_account_of_warnings_stays_short(printer):
    for number in range(100):
        printer.receive(b"\x1bt" + bytes([100 + number]) + b"x\n" + CUT)
    assert len(printer.describe()["warnings"]) == 50


def test_room_shrinks_by_what_waits(printer):
    empty = printer.room
    printer.set_faults(offline=True)
    printer.receive(JOB)
    assert printer.room == empty - len(JOB)
    printer.receive(b"x" * 100_000)
    assert printer.room == 0
