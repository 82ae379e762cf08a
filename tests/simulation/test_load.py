from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.daemon_process import DEADLINE_S, running_daemon, settings
from tests.scripted_printer import Kitchen, ScriptedPrinter
from wix_printer_service.models import JobState
from wix_printer_service.simulation import load, samples
from wix_printer_service.simulation.keys import public_part
from wix_printer_service.wix.webhook import Verifier, parse

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
PATIENCE_S = 10.0
SCRIPT = str(Path(__file__).parents[2] / "scripts" / "loadtest.py")


def test_deliveries_are_signed_orders_of_their_own(private_key):
    verifier = Verifier(public_part(private_key))
    made = load.deliveries(7, private_key, NOW)

    events = [parse(verifier.verify(delivery.body, 10**6)) for delivery in made]

    assert [event.order_id for event in events] == [delivery.order_id for delivery in made]
    assert len({event.order_id for event in events}) == len({event.id for event in events}) == 7
    assert all(event.order for event in events)


def test_the_samples_that_are_sent_print_at_once():
    assert set(load.SAMPLES) <= set(samples.names())


class Listener:
    """Answers deliveries as a script says: a status, or None for none at all."""

    def __init__(self, *script: int | None) -> None:
        self._script = list(script)
        self._all_here = asyncio.Event()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split()[0])
        await reader.readexactly(length)
        code = self._script.pop()
        if not self._script:
            self._all_here.set()
        await self._all_here.wait()  # nobody is answered before the last one is here
        if code is not None:
            writer.write(f"HTTP/1.1 {code} whatever\r\n\r\n".encode())
            await writer.drain()
        writer.close()


def sent(*script, timeout_s=PATIENCE_S):
    orders = [load.Delivery(str(number), b"signed") for number in range(len(script))]

    async def send():
        listener = Listener(*script)
        server = await asyncio.start_server(listener.answer, "127.0.0.1", 0)
        async with server:
            host, port = server.sockets[0].getsockname()
            return await load.send(host, port, orders, 100.0, timeout_s)

    return asyncio.run(send())


def test_slow_answers_do_not_slow_down_the_sending():
    answers = sent(200, 200, 200, 200)

    assert load.codes(answers) == {"200": 4}
    # all were answered in one moment, so each waited a hundredth of a second longer than the next
    assert answers[0].latency_s > answers[3].latency_s + 0.02


def test_every_answer_counts_by_its_code():
    assert load.codes(sent(200, 503, 200, None)) == {"200": 2, "503": 1, "none": 1}


def test_a_delivery_that_is_not_answered_in_time_counts_as_not_answered():
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        order = load.Delivery("1", b"signed")
        host, port = deaf.getsockname()
        answers = asyncio.run(load.send(host, port, [order], 1.0, timeout_s=0.05))

    assert load.codes(answers) == {"none": 1}
    assert answers[0].latency_s >= 0.05


def test_percentiles_are_latencies_that_really_came():
    answers = [load.Answer(str(n), 200, n / 1000) for n in range(200, 0, -1)]

    assert [load.percentile_ms(answers, share) for share in (0.5, 0.99, 1.0)] == [100, 198, 200]
    assert load.percentile_ms(answers[:1], 0.5) == 200


def test_the_fate_of_orders_is_that_of_all_their_jobs(database, fake_clock):
    kitchen = Kitchen(database, fake_clock)
    printed, half, dead = (kitchen.accept(number) for number in ("1", "2", "3"))
    set_states(database, printed, JobState.PRINTED, JobState.PRINTED_UNCONFIRMED)
    set_states(database, half, JobState.PRINTED, JobState.QUEUED)
    set_states(database, dead, JobState.PRINTED, JobState.DEAD)

    fate = load.fate(database.path, [printed, half, dead, "an order without a job"])

    assert fate == load.Fate(printed=1, waiting=1, lost=2)


def set_states(database, order_id, *states):
    def change(transaction):
        rows = transaction.execute("SELECT id FROM print_jobs WHERE order_id = ?", (order_id,))
        for row, state in zip(rows.fetchall(), states, strict=True):
            transaction.execute("UPDATE print_jobs SET state = ? WHERE id = ?", (state, row["id"]))

    database.write(change)


def test_orders_are_looked_up_however_many_they_are(database, fake_clock, monkeypatch):
    monkeypatch.setattr(load, "PER_QUERY", 2)
    kitchen = Kitchen(database, fake_clock)
    orders = [kitchen.accept(str(number)) for number in range(5)]
    worker = kitchen.worker(ScriptedPrinter())
    for _ in orders:
        worker.turn()

    assert load.fate(database.path, orders) == load.Fate(printed=0, waiting=5, lost=0)


def run(*arguments, **environment):
    return subprocess.run(
        [sys.executable, SCRIPT, *arguments],
        capture_output=True,
        text=True,
        timeout=2 * DEADLINE_S,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    folder = tmp_path_factory.mktemp("daemon")
    with running_daemon(folder, settings(folder)) as running:
        settings(folder, listen={"webhook": running.webhook, "status": running.status})
        yield running


def test_a_running_daemon_answers_and_prints_everything(daemon):
    config = str(daemon.folder / "config.yaml")

    result = run("--rate", "20", "--duration", "0.5", "--config", config, "--json")

    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["answered"] == {"200": 10}
    assert (report["sent"], report["printed"], report["waiting"], report["lost"]) == (10, 10, 0, 0)
    assert 0 < report["p50_ms"] <= report["p99_ms"] <= report["worst_ms"]


def test_the_report_can_be_read_by_a_person(daemon):
    folder = {"CALLED_FROM": str(daemon.folder)}
    result = run("--rate", "10", "--duration", "0.1", "--config", "config.yaml", **folder)

    assert result.returncode == 0, result.stderr
    assert "answered  1 x 200" in result.stdout
    assert "printed   1" in result.stdout


def test_what_is_not_on_paper_when_patience_ends_is_no_success(tmp_path):
    away = {"kitchen": {"connection": "tcp://127.0.0.1:1", "receipts": ["kitchen"]}}
    with running_daemon(tmp_path, settings(tmp_path, printers=away)) as daemon:
        listen = {"webhook": daemon.webhook, "status": daemon.status}
        config = str(settings(tmp_path, printers=away, listen=listen))

        load_it = ("--rate", "10", "--duration", "0.3", "--patience", "0", "--json")
        result = run(*load_it, "--config", config)

    assert result.returncode == 1
    report = json.loads(result.stdout)
    assert report["answered"] == {"200": 3}
    assert (report["printed"], report["waiting"], report["lost"]) == (0, 3, 0)


def test_when_no_daemon_runs_it_says_so(tmp_path):
    path = settings(tmp_path, listen={"webhook": "127.0.0.1:1", "status": "127.0.0.1:2"})

    result = run("--rate", "1", "--duration", "1", "--config", str(path))

    assert result.returncode == 3
    assert "no daemon answers at 127.0.0.1:1" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--rate", "0", "--duration", "1"), "must be above zero"),
        (("--rate", "x", "--duration", "1"), "invalid"),
        (("--rate", "1"), "--duration"),
        (("--rate", "1", "--duration", "1", "--config", "/nowhere.yaml"), "/nowhere.yaml"),
    ],
)
def test_what_cannot_be_meant_is_explained(arguments, said):
    result = run(*arguments)

    assert result.returncode == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr
