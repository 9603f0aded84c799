"""Posts numbered messages over kept-alive connections, and notes which of them were acknowledged."""

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.inbox.desk import group_message
from tests.torture.posting import Connection, NotAnswered

BEGIN_S = 1_790_000_000


@dataclass(slots=True)
class Load:
    """Messages that are posted, and what became of them.

    Attributes:
        next: the number of the next new message.
        again: begun, but neither acknowledged nor refused; they are posted again first.
        acknowledged: the numbers of those that were answered with success.
        refused: other answers: the number and the status of each.
        latencies_s: from when a message was due to its answer.
    """

    next: int = 0
    again: list[int] = field(default_factory=list)
    acknowledged: set[int] = field(default_factory=set)
    refused: list[tuple[int, int]] = field(default_factory=list)
    latencies_s: list[float] = field(default_factory=list)

    def numbers(self) -> Iterator[int]:
        """Give what is to be posted next, without an end."""
        while True:
            if self.again:
                yield self.again.pop()
            else:
                self.next += 1
                yield self.next - 1


async def at_full_speed(url: str, load: Load, connections: int) -> None:
    """Post until the connections end, a message after the other on each."""
    numbers = load.numbers()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(connections):
            tasks.create_task(_post_until_the_end(url, load, numbers))


async def at_a_rate(url: str, load: Load, connections: int, rate: float, seconds: float) -> None:
    """Post so many a second; one that finds no free connection is late, and that counts."""
    begun_s, first = time.perf_counter(), load.next
    last = first + round(rate * seconds)

    async def work() -> None:
        connection = await Connection.open(url)
        while load.next < last:
            number, load.next = load.next, load.next + 1
            due_s = begun_s + (number - first) / rate
            await asyncio.sleep(max(0.0, due_s - time.perf_counter()))
            await _post(connection, load, number)
            load.latencies_s.append(time.perf_counter() - due_s)
        connection.close()

    async with asyncio.TaskGroup() as tasks:
        for _ in range(connections):
            tasks.create_task(work())


async def _post_until_the_end(url: str, load: Load, numbers: Iterator[int]) -> None:
    try:
        connection = await Connection.open(url)
    except OSError:
        return
    while True:
        number = next(numbers)
        try:
            await _post(connection, load, number)
        except NotAnswered:
            load.again.append(number)
            return


async def _post(connection: Connection, load: Load, number: int) -> None:
    answered = await connection.post(body(number))
    if 200 <= answered.http_status < 300:
        load.acknowledged.add(number)
    else:
        load.refused.append((number, answered.http_status))


def body(number: int) -> bytes:
    """Write the message of a number, the same each time."""
    said = group_message(
        content=f"{number} 今天谁去吃饭？", msg_id=str(number), msg_time=str(BEGIN_S + number // 100)
    )
    return json.dumps(said, ensure_ascii=False).encode()


def number_of(content: str) -> int:
    """Read the number of a message back from its text."""
    return int(content.partition(" ")[0])
