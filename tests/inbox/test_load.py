"""Posts at full speed while a cell computes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.inbox.desk import listening, message

POSTS = 2_000
CONNECTIONS = 8

# A program of its own, as the server is one: it must not wait for this interpreter.
POSTER = """
import http.client, json, sys, threading, urllib.parse

url, connections = urllib.parse.urlsplit(sys.argv[1]), int(sys.argv[2])
bodies = [line.encode() for line in sys.stdin.read().splitlines()]
statuses = []

def post(part):
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
    for body in part:
        connection.request("POST", url.path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
    connection.close()

threads = [threading.Thread(target=post, args=(bodies[first::connections],)) for first in range(connections)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps(statuses))
"""


def computes() -> int:
    """Hold the interpreter for a good while, as pure Python code does."""
    total = 0
    for number in range(3_000_000):
        total = (total * 31 + number) % 1_000_003
    return total


@pytest.mark.slow
def test_every_post_is_answered_and_kept_once_while_a_cell_computes(tmp_path: Path) -> None:
    contents = [f"number {number}" for number in range(POSTS)]
    lines = "\n".join(json.dumps(message(content)) for content in contents)
    with listening(journal=tmp_path / "j.db") as desk:
        command = [sys.executable, "-c", POSTER, desk.inbox.url, str(CONNECTIONS)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as poster:
            assert poster.stdin is not None and poster.stdout is not None
            poster.stdin.write(lines)
            poster.stdin.close()
            # To ask for the end gives the interpreter away, so that is done rarely.
            while poster.poll() is None:
                computes()
            statuses = json.loads(poster.stdout.read())
        kept = desk.inbox.journal.messages().column("content").to_pylist()
        assert statuses == [204] * POSTS
        assert sorted(desk.contents()) == sorted(contents) and sorted(kept) == sorted(contents)
        assert desk.inbox.stats.received == POSTS
