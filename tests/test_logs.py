from __future__ import annotations

import io
import json
import logging

import pytest
import structlog

from wix_printer_service import logs


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def no_handlers():
    """Begin without the test runner's own handlers."""
    logging.getLogger().handlers[:] = []


def written(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_fact_is_one_json_line_with_its_level_and_time():
    stream = io.StringIO()
    logs.configure("info", stream)

    structlog.get_logger("test").info("job_printed", job_id=7, guest_text="Käsespätzle")

    [line] = written(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "job_printed",
        "level": "info",
        "job_id": 7,
        "guest_text": "Käsespätzle",
    }
    assert "Käsespätzle" in stream.getvalue()


def test_less_important_facts_are_left_out():
    stream = io.StringIO()
    logs.configure("warning", stream)

    structlog.get_logger("test").info("idle")
    structlog.get_logger("test").warning("printing_waits")

    assert [line["event"] for line in written(stream)] == ["printing_waits"]


def test_an_error_shows_where_it_happened_but_never_a_local_variable():
    stream = io.StringIO()
    logs.configure("info", stream)

    def fail_with_guest_data():
        guest = "Erika Mustermann"
        return guest.no_such_attribute

    try:
        fail_with_guest_data()
    except AttributeError:
        structlog.get_logger("test").exception("worker_failed")

    [line] = written(stream)
    assert line["exception"][0]["exc_type"] == "AttributeError"
    assert any(frame["name"] == "fail_with_guest_data" for frame in line["exception"][0]["frames"])
    assert "Erika" not in stream.getvalue()


def test_warnings_of_libraries_take_the_same_form():
    stream = io.StringIO()
    logs.configure("info", stream)

    logging.getLogger("urllib3").warning("Retrying (%s)", 1)
    logging.getLogger("urllib3").info("Starting new connection")

    [line] = written(stream)
    assert (line["event"], line["logger"], line["level"]) == (
        "Retrying (1)",
        "urllib3",
        "warning",
    )


def test_a_library_that_set_up_logging_before_us_does_not_write_beside_us():
    elsewhere, stream = io.StringIO(), io.StringIO()
    logging.basicConfig(stream=elsewhere)

    logs.configure("info", stream)
    logging.getLogger("escpos").warning("late")

    assert elsewhere.getvalue() == ""
    assert [line["event"] for line in written(stream)] == ["late"]


def test_facts_bound_to_the_context_appear_in_every_line():
    stream = io.StringIO()
    logs.configure("info", stream)

    structlog.contextvars.bind_contextvars(printer="kitchen")
    structlog.get_logger("test").info("one")
    logging.getLogger("library").warning("two")

    assert [line["printer"] for line in written(stream)] == ["kitchen", "kitchen"]


def test_a_terminal_gets_text_for_people():
    terminal = Terminal()
    logs.configure("info", terminal)

    try:
        _ = 1 / 0
    except ZeroDivisionError:
        structlog.get_logger("test").exception("worker_failed", worker="printer-kitchen")

    text = terminal.getvalue()
    assert "worker_failed" in text
    assert "Traceback" in text
    assert not text.startswith("{")


def test_without_a_stream_it_goes_to_standard_error(capsys):
    logs.configure("info")

    structlog.get_logger("test").info("started")

    assert json.loads(capsys.readouterr().err)["event"] == "started"
