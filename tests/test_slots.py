"""How many requests may be in flight."""

from __future__ import annotations

import asyncio
import time

from claimx.model.slots import Slots


def test_no_more_than_the_limit_are_in_flight_and_none_is_lost() -> None:
    async def run() -> tuple[int, int]:
        slots, now, most, done = Slots(5), 0, 0, 0

        async def hold() -> None:
            nonlocal now, most, done
            async with slots.take():
                now += 1
                most = max(most, now)
                await asyncio.sleep(0.001)
                now -= 1
                done += 1

        await asyncio.gather(*(hold() for _ in range(100)))
        return most, done

    assert asyncio.run(run()) == (5, 100)


def test_a_complaint_halves_and_a_round_of_replies_adds_one() -> None:
    async def run() -> list[int]:
        slots = Slots(16)
        limits = [slots.limit]
        for _ in range(3):
            slots.halve(time.monotonic())
            limits.append(slots.limit)
        for _ in range(3):
            slots.grow()
        limits.append(slots.limit)
        for _ in range(500):
            slots.grow()
        return [*limits, slots.limit]

    assert asyncio.run(run()) == [16, 8, 4, 2, 3, 16]


def test_complaints_about_what_was_under_way_count_once_and_one_slot_stays() -> None:
    async def run() -> tuple[int, int]:
        slots, sent_at = Slots(8), time.monotonic()
        for _ in range(8):
            slots.halve(sent_at)
        after_one_burst = slots.limit
        for _ in range(9):
            slots.halve(time.monotonic())
        return after_one_burst, slots.limit

    assert asyncio.run(run()) == (4, 1)


def test_who_gives_up_waiting_takes_no_slot() -> None:
    async def run() -> bool:
        slots = Slots(1)

        async def hold() -> None:
            async with slots.take():
                await asyncio.sleep(10)

        first, second = asyncio.create_task(hold()), asyncio.create_task(hold())
        await asyncio.sleep(0)
        second.cancel()
        first.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
        async with asyncio.timeout(1), slots.take():
            return True

    assert asyncio.run(run())
