from __future__ import annotations

import asyncio

import pytest

from wix_printer_service.api.bodies import Bodies, CutOffError

MOST = 1000
PATIENCE_S = 10.0


class Sender:
    """Sends a body in a task of its own, piece by piece as a test says."""

    def __init__(self, bodies, timeout_s=PATIENCE_S):
        self.body = None
        self._bodies = bodies
        self._timeout_s = timeout_s
        self._begun = asyncio.Event()
        self._goes_on = asyncio.Event()
        self.task = asyncio.create_task(self._send())

    async def _send(self):
        async with self._bodies.arriving(self._timeout_s) as self.body:
            self._begun.set()
            await self._goes_on.wait()
            self.body.keep()
            return len(self.body.data)

    async def has_sent(self, size):
        await self._begun.wait()
        self._bodies.add(self.body, b"x" * size)
        return self

    async def end(self):
        self._goes_on.set()
        return await asyncio.wait_for(self.task, PATIENCE_S)


def playing(play):
    """Run a test's coroutine."""
    return lambda: asyncio.run(play())


@playing
async def test_bodies_that_fit_all_arrive():
    bodies = Bodies(MOST)
    one, other = await Sender(bodies).has_sent(600), await Sender(bodies).has_sent(400)

    assert (await one.end(), await other.end()) == (600, 400)


@playing
async def test_when_they_take_too_much_the_largest_goes():
    bodies = Bodies(MOST)
    large, small = await Sender(bodies).has_sent(600), await Sender(bodies).has_sent(300)

    newcomer = await Sender(bodies).has_sent(200)

    with pytest.raises(CutOffError):
        await asyncio.wait_for(large.task, PATIENCE_S)
    assert large.body.data == b""
    assert (await small.end(), await newcomer.end()) == (300, 200)


@playing
async def test_one_that_is_itself_the_largest_goes():
    bodies = Bodies(MOST)
    small = await Sender(bodies).has_sent(300)

    with pytest.raises(CutOffError):
        await (large := Sender(bodies)).has_sent(800)

    with pytest.raises(CutOffError):
        await large.end()
    assert await small.end() == 300


@playing
async def test_one_that_is_looked_at_stays():
    bodies = Bodies(MOST)
    whole = await Sender(bodies).has_sent(900)
    whole.body.keep()

    with pytest.raises(CutOffError):
        await (newcomer := Sender(bodies)).has_sent(200)

    assert await whole.end() == 900
    with pytest.raises(CutOffError):
        await newcomer.end()


@playing
async def test_when_only_what_is_looked_at_takes_room_nothing_is_cut():
    bodies = Bodies(MOST)
    whole = await Sender(bodies).has_sent(900)
    whole.body.keep()

    await whole.has_sent(200)

    assert await whole.end() == 1100


@playing
async def test_one_that_is_cut_in_the_moment_it_is_whole_is_not_taken_for_whole():
    bodies = Bodies(MOST)
    large, other = await Sender(bodies).has_sent(900), await Sender(bodies).has_sent(0)
    ending = asyncio.create_task(large.end())
    await asyncio.sleep(0)  # it goes on in the next turn of the loop ...

    bodies.add(other.body, b"x" * 200)  # ... and its room is taken before

    with pytest.raises(CutOffError):
        await ending
    assert await other.end() == 200


@playing
async def test_what_has_left_takes_no_room():
    bodies = Bodies(MOST)
    await (await Sender(bodies).has_sent(900)).end()

    assert await (await Sender(bodies).has_sent(900)).end() == 900


@playing
async def test_one_that_does_not_arrive_in_time_ends_and_takes_no_room():
    bodies = Bodies(MOST)
    late = await Sender(bodies, timeout_s=0.01).has_sent(900)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(late.task, PATIENCE_S)
    assert await (await Sender(bodies).has_sent(900)).end() == 900


@playing
async def test_one_that_is_looked_at_has_time_without_end():
    whole = await Sender(Bodies(MOST)).has_sent(1)
    whole.body.keep()

    assert whole.body._deadline.when() is None
    assert await whole.end() == 1
