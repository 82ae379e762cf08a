"""What people in the kitchen see of jobs, and what they can do about them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.api.status_pages import page, print_all, words
from wix_printer_service.api.status_component_views import JOB_TONES
from wix_printer_service.api.texts import texts
from wix_printer_service.models import JobState, Receipt

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.api.status_house import House


BUTTONS = {
    JobState.QUEUED: [],
    JobState.SENDING: [],
    JobState.UNCERTAIN: ["cancel"],
    JobState.HELD: ["retry", "cancel"],
    JobState.PRINTED: ["reprint"],
    JobState.PRINTED_UNCONFIRMED: ["reprint"],
    JobState.CANCELLED: ["reprint"],
    JobState.EXPIRED: ["retry", "cancel"],
    JobState.DEAD: ["retry", "cancel"],
}


def actions(page: str) -> list[str]:
    """What the buttons of the jobs ask for, from top to bottom."""
    return re.findall(r'action="/jobs/\d+/(\w+)"', page)


@pytest.mark.parametrize("state", sorted(JobState))
def test_every_state_of_a_job_is_said_in_words_and_colour(house: House, state):
    order = house.take_in("pickup")
    house.database.write(
        lambda t: t.execute("UPDATE print_jobs SET state = ?, reason = 'a reason'", (state,))
    )
    text = page(house)
    chip = f'<span class="chip {JOB_TONES[state]}">{texts("de").job_states[state]}</span>'
    assert text.count(chip) >= 2
    to_decide = state in {JobState.HELD, JobState.DEAD, JobState.EXPIRED}
    assert ('class="order needs-look"' in text) is to_decide
    assert ("Drucken oder nicht? Bitte entscheiden" in text) is to_decide
    assert ("a reason" in text) is (to_decide or state is JobState.UNCERTAIN)
    assert actions(text) == 2 * BUTTONS[state]
    assert len(house.jobs_of(order)) == 2


def test_what_may_be_on_paper_is_reprinted_and_what_is_not_is_printed(house: House):
    house.take_in("pickup")
    house.work_off("kitchen", JobState.PRINTED)
    house.work_off("counter", JobState.DEAD)
    text = words(page(house))
    assert "Küche kitchen gedruckt 19:00 Nachdrucken" in text
    assert "Gast counter aufgegeben – drucken? 19:00 by a test Drucken Nicht drucken" in text


def test_a_possible_duplicate_is_told_with_its_time(house: House):
    house.take_in("pickup")
    house.lose("kitchen")
    house.lose("counter", hold=True)
    house.clock.advance(60)
    text = words(page(house))
    told = "by a test Nicht drucken"
    mark = "MÖGLICHES DUPLIKAT: vielleicht schon gedruckt (19:00)"
    assert f"vielleicht gedruckt – kommt noch einmal 19:00 {mark} {told}" in text
    assert f"angehalten – drucken? 19:00 {mark} by a test Drucken Nicht drucken" in text


def test_a_stand_in_names_the_printer_that_it_stands_in_for(house: House):
    house.take_in("pickup")
    house.database.write(lambda t: house.moves.hand_over(t, "kitchen", "counter", "away"))
    assert "Küche (statt kitchen) counter wartet" in words(page(house))


def test_a_ticket_that_is_planned_says_when_and_can_be_printed_now(
    build_house: Callable[..., House],
):
    house = build_house(preorders={"print": "before_due", "minutes_before": 5})
    house.take_in("delivery_cash")
    assert "Küche kitchen wartet fällig 19:55 Drucken Nicht drucken" in words(page(house))
    house.clock.advance(3600)
    assert "Küche kitchen wartet 19:00 Gast" not in words(page(house))
    assert "fällig 19:55" not in words(page(house))


def test_a_change_says_whose_paper_it_changes_and_a_station_its_name(house: House):
    order_id = house.take_in("pickup")
    for more in ({"reader": Receipt.CUSTOMER}, {"reader": Receipt.KITCHEN, "station": "bar"}):
        house.database.write(
            lambda t, more=more: house.jobs.create(
                t, order_id, Receipt.CHANGE, "kitchen", why="came", **more
            )
        )
    text = words(page(house))
    assert "Änderung · Gast kitchen wartet" in text
    assert "Änderung · Küche · bar kitchen wartet" in text


def test_what_a_person_must_decide_stands_on_top_however_old_it_is(
    build_house: Callable[..., House],
):
    house = build_house(status={"orders_shown": 1})
    house.take_in("pickup")
    house.work_off("kitchen", JobState.DEAD)
    house.clock.advance(3600)
    house.take_in("delivery_cash")
    text = words(page(house))
    assert text.index("Bitte entscheiden") < text.index("10041") < text.index("10042")


def test_what_was_let_go_or_called_off_needs_no_decision_any_more(house: House):
    house.take_in("pickup")
    dead, other = house.work_off("kitchen", JobState.DEAD), house.work_off("counter", JobState.DEAD)
    browser = house.browser()
    assert "Bitte entscheiden" in browser.get("/").text
    browser.post(f"/jobs/{dead}/cancel")
    browser.post(f"/jobs/{other}/retry")
    assert "Bitte entscheiden" not in browser.get("/").text


def test_what_was_printed_again_is_decided_even_if_the_order_is_an_old_one(
    build_house: Callable[..., House],
):
    house = build_house(status={"orders_shown": 1})
    house.take_in("pickup")
    expired = house.work_off("kitchen", JobState.EXPIRED)
    house.clock.advance(1)
    house.take_in("delivery_cash")
    browser = house.browser()
    assert "10041" in browser.get("/").text
    browser.post(f"/jobs/{expired}/reprint")
    assert "10041" not in browser.get("/").text


def test_a_reprint_appears_as_a_copy(house: House):
    house.take_in("pickup")
    print_all(house)
    browser = house.browser()
    browser.send_form("/jobs/1/reprint", csrf=browser.form_token())
    assert "Küche (Kopie) kitchen wartet" in words(browser.get("/").text)


def test_every_job_has_a_picture_that_is_loaded_when_it_is_looked_at(house: House):
    house.take_in("pickup")
    text = page(house)
    for job in (1, 2):
        assert f'href="/jobs/{job}/receipt.png"' in text
        assert f'<img src="/jobs/{job}/receipt.png"' in text
    assert text.count('loading="lazy"') == 2
    assert 'alt="Küche: Bon zu Bestellung #10041 ansehen"' in text
