"""Sends a broadcast to all friends and groups until it is done or killed; run in a process of its own.

    python -m tests.torture.broadcasting URL KEY DIALECT

It writes a line when it begins, and one with what became of it. Exit code 3 when another program sends it.
"""

import sys

import openqq_nb as oq

TEMPLATE = "{displayname}，第{n}条"
OTHER_SENDS = 3


def main(url: str, key: str, dialect: str) -> int:
    """Plan, send, and tell."""
    my = oq.connect(url, protocol=dialect)
    friends, groups = my.friends(), my.groups()
    to = [friends.assign(n=range(len(friends))), groups.assign(n=range(1000, 1000 + len(groups)))]
    plan = my.broadcast(TEMPLATE, to=to, key=key, pace=oq.Pace.instant())
    try:
        run = plan.send()
    except oq.InvalidInput as error:
        print(f"refused: {error}", flush=True)  # noqa: T201 - a command prints
        return OTHER_SENDS
    print("begun", flush=True)  # noqa: T201 - a command prints
    print(run.wait(), flush=True)  # noqa: T201 - a command prints
    my.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
