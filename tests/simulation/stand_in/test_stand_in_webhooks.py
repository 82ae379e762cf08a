"""If these pass, the stand-in's webhooks come, and come again, as Wix's do."""

from __future__ import annotations

import json
import socket
import threading
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulation.stand_in.asker import CLOCK, Asker, listening, placed, wait_until
from wix_printer_service.simulation import samples
from wix_printer_service.simulation.stand_in import Faults, StandIn
from wix_printer_service.simulation.stand_in.webhooks import RETRY_PAUSES_S
from wix_printer_service.wix.webhook import parse

if TYPE_CHECKING:
    from collections.abc import Sequence

PAUSES_S = (0.05, 0.2)
QUIET_S = 0.3


def stand_in_for(private_key: str, url: str | None, **more: Any) -> StandIn:
    more = {"retry_pauses_s": PAUSES_S} | more
    return StandIn(private_key, webhook_url=lambda: url, random=Random(1), **more)


def ended(stand_in: StandIn) -> None:
    wait_until(lambda: stand_in.webhooks.waiting == 0)


def test_the_pauses_are_wixs_own() -> None:
    hours = [pause / 3600 for pause in RETRY_PAUSES_S[2:]]
    assert RETRY_PAUSES_S[:2] == (60, 600)
    assert hours == [1, 2, 2, 2, 4, 4, 4, 8, 8, 12]


def test_an_event_comes_signed_as_text_with_the_order_as_it_is(private_key: str) -> None:
    with listening(private_key) as listener, stand_in_for(private_key, listener.url) as stand_in:
        order_id = placed(stand_in, 1)
        ended(stand_in)
        (envelope,) = listener.envelopes()
        assert listener.types == ["text/plain"]
        assert samples.order_of(envelope) == stand_in.site.order(order_id)
        assert envelope["data"]["eventTime"][:23] == samples.order_of(envelope)["updatedDate"][:23]
        event = parse(listener._verifier.verify(listener.bodies[0], 10**7))
        assert (event.order_id, event.kind) == (order_id, "approved")


def test_the_interfaces_own_changes_come_in_the_name_of_an_app(private_key: str) -> None:
    with listening(private_key) as listener, stand_in_for(private_key, listener.url) as stand_in:
        order_id = placed(stand_in, 1)
        Asker(stand_in).orders(f"{order_id}/cancel", {"customMessage": "Sorry."})
        ended(stand_in)
        by_type = {e["eventType"].rpartition(".")[2]: e for e in listener.envelopes()}
        cancelled = by_type["order_canceled"]
        assert set(by_type) == {"order_approved", "order_canceled", "order_updated"}
        assert cancelled["identity"]["identityType"] == "APP"
        assert cancelled["data"]["actionEvent"]["body"] == {
            "order": stand_in.site.order(order_id),
            "customMessage": "Sorry.",
        }
        sequences = [int(by_type[t]["data"]["entityEventSequence"]) for t in sorted(by_type)]
        assert sequences == sorted(sequences)
        assert len({e["data"]["id"] for e in listener.envelopes()}) == 3


def test_numbers_of_events_grow_and_ids_are_never_used_twice(private_key: str) -> None:
    with listening(private_key) as listener, stand_in_for(private_key, listener.url) as stand_in:
        for _ in range(3):
            stand_in.site.put(samples.load("pickup"))
            ended(stand_in)
        events = [envelope["data"] for envelope in listener.envelopes()]
        numbers = [int(event["entityEventSequence"]) for event in events]
        assert numbers == [numbers[0] + step for step in range(3)]
        assert len({event["id"] for event in events}) == 3
        assert events[0]["id"] == samples.load("pickup")["data"]["id"]


@pytest.mark.parametrize("refusal", [500, 204, 404])
def test_what_is_not_answered_with_200_comes_again_after_growing_pauses_with_the_old_data(
    private_key: str, refusal: int
) -> None:
    with listening(private_key, refusal) as listener:
        lines: list[str] = []
        with stand_in_for(private_key, listener.url, say=lines.append) as stand_in:
            placed(stand_in, 1, buyerNote="old")
            wait_until(lambda: len(listener.bodies) == 1)
            Asker(stand_in).orders("search", {})
            ended(stand_in)
        notes = {samples.order_of(envelope)["buyerNote"] for envelope in listener.envelopes()}
    assert notes == {"old"}
    waits = [b - a for a, b in zip(listener.moments, listener.moments[1:], strict=False)]
    assert len(waits) == len(PAUSES_S)
    assert all(wait >= pause for wait, pause in zip(waits, PAUSES_S, strict=True))
    assert lines[-1] == f"webhook order_approved of order 1: {refusal}, given up"


def test_what_is_answered_with_200_comes_once(private_key: str) -> None:
    with (
        listening(private_key, 503, 200) as listener,
        stand_in_for(private_key, listener.url) as stand_in,
    ):
        placed(stand_in, 1)
        ended(stand_in)
        assert len(listener.bodies) == 2


def test_a_listener_that_is_not_there_is_tried_again_where_it_is_then(private_key: str) -> None:
    urls: list[str | None] = ["http://127.0.0.1:1/", None]
    with listening(private_key) as listener:

        def where() -> str | None:
            return urls.pop(0) if urls else listener.url

        lines: list[str] = []
        with StandIn(
            private_key, webhook_url=where, retry_pauses_s=[0.0] * 3, say=lines.append
        ) as stand_in:
            placed(stand_in, 1)
            ended(stand_in)
        assert len(listener.bodies) == 1
        reasons = [line.rpartition(": ")[2] for line in lines[1:]]
        assert reasons == [
            "Connection refused, again in 0 s",
            "nobody reached, again in 0 s",
            "taken",
        ]


def test_wix_waits_a_second_and_a_quarter_for_the_answer(private_key: str) -> None:
    with listening(private_key) as listener:
        first, held = listener.take, threading.Event()

        def slow(body: bytes, content_type: str | None) -> int:
            status = first(body, content_type)
            held.wait(5.0 if len(listener.bodies) == 1 else 0.0)
            return status

        listener.take = slow
        with stand_in_for(private_key, listener.url, retry_pauses_s=(0.0,)) as stand_in:
            placed(stand_in, 1)
            ended(stand_in)
            held.set()
        assert len(listener.bodies) == 2
        assert 1.0 < listener.moments[1] - listener.moments[0] < 2.5


def test_an_answer_that_is_none_counts_as_a_failure(private_key: str) -> None:
    lines: list[str] = []

    def speak(listening_socket: Any) -> None:
        connection, _ = listening_socket.accept()
        connection.close()

    with socket.create_server(("127.0.0.1", 0)) as mute:
        thread = threading.Thread(target=speak, args=(mute,))
        thread.start()
        url = f"http://127.0.0.1:{mute.getsockname()[1]}"
        with stand_in_for(private_key, url, retry_pauses_s=(), say=lines.append) as stand_in:
            placed(stand_in, 1)
            ended(stand_in)
        thread.join()
    assert lines[-1].endswith("given up")


def test_several_are_delivered_at_once(private_key: str) -> None:
    with listening(private_key) as listener:
        together, first = threading.Barrier(4, timeout=5.0), listener.take

        def all_at_once(body: bytes, content_type: str | None) -> int:
            together.wait()
            return first(body, content_type)

        listener.take = all_at_once
        with stand_in_for(private_key, listener.url) as stand_in:
            for number in range(4):
                placed(stand_in, number)
            ended(stand_in)
        assert len(listener.bodies) == 4


def numbers(events: Sequence[dict]) -> list[str]:
    return [samples.order_of(event)["number"] for event in events]


def test_webhooks_are_lost_doubled_and_late_on_request(private_key: str) -> None:
    with listening(private_key) as listener, stand_in_for(private_key, listener.url) as stand_in:
        stand_in.faults = Faults(lose_webhooks_share=1.0)
        placed(stand_in, 1)
        assert stand_in.webhooks.waiting == 0
        stand_in.faults = Faults(double_webhooks_share=1.0)
        placed(stand_in, 2)
        ended(stand_in)
        stand_in.faults = Faults(late_webhooks_share=1.0, late_webhooks_s=0.5)
        began_s = CLOCK.monotonic()
        for number in range(3, 13):
            placed(stand_in, number)
        ended(stand_in)
        came = numbers(listener.envelopes())
        assert came[:2] == ["2", "2"]
        assert sorted(came[2:], key=int) == [str(number) for number in range(3, 13)]
        assert came[2:] != sorted(came[2:], key=int)
        assert 0.1 < listener.moments[-1] - began_s < 1.5


def test_half_of_the_webhooks_are_lost_the_same_ones_by_the_same_seed(private_key: str) -> None:
    runs = []
    for _ in range(2):
        lines: list[str] = []
        with StandIn(
            private_key, random=Random(9), webhook_url=lambda: None, say=lines.append
        ) as stand_in:
            stand_in.faults = Faults(lose_webhooks_share=0.5)
            for number in range(40):
                placed(stand_in, number)
        runs.append([line for line in lines if line.endswith(": lost")])
    assert runs[0] == runs[1]
    assert 10 < len(runs[0]) < 30


def test_while_wix_is_away_no_webhook_comes_through(private_key: str) -> None:
    with listening(private_key) as listener, stand_in_for(private_key, listener.url) as stand_in:
        stand_in.down("cut")
        placed(stand_in, 1)
        CLOCK.wait(threading.Event(), PAUSES_S[0])
        assert listener.bodies == []
        stand_in.up()
        ended(stand_in)
        assert len(listener.bodies) == 1


def test_without_a_listener_nothing_waits(private_key: str) -> None:
    with StandIn(private_key) as stand_in:
        placed(stand_in, 1)
        assert stand_in.webhooks.waiting == 0


def test_what_happened_before_the_start_is_delivered_at_the_start(private_key: str) -> None:
    with listening(private_key) as listener:
        stand_in = stand_in_for(private_key, listener.url)
        placed(stand_in, 1)
        assert stand_in.webhooks.waiting == 1
        with stand_in:
            ended(stand_in)
        assert len(listener.bodies) == 1


def test_nothing_is_delivered_after_the_end(private_key: str) -> None:
    with listening(private_key) as listener:
        with stand_in_for(private_key, listener.url) as stand_in:
            stand_in.faults = Faults(late_webhooks_share=1.0, late_webhooks_s=0.2)
            placed(stand_in, 1)
        placed(stand_in, 2)
        CLOCK.wait(threading.Event(), QUIET_S)
        assert listener.bodies == []


def test_halves_of_characters_come_through_everywhere(private_key: str) -> None:
    with listening(private_key) as listener, stand_in_for(private_key, listener.url) as stand_in:
        placed(stand_in, 1, buyerNote="\ud800")
        ended(stand_in)
        assert samples.order_of(listener.envelopes()[0])["buyerNote"]
        answer = Asker(stand_in).orders("search", {})
        text = answer.content.decode("utf-8", "surrogatepass")
        assert json.loads(text)["orders"][0]["buyerNote"] == "\ud800"
