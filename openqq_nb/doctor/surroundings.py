"""Findings about this machine: containers, hubs, proxies, the clock's zone, versions of packages."""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from openqq_nb.doctor.report import Finding
from openqq_nb.loopback import is_loopback

_PACKAGES = (
    "openqq-nb",
    "pandas",
    "pyarrow",
    "httpx",
    "ipykernel",
    "jupyterlab",
    "ipywidgets",
    "nest-asyncio",
)
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
_CONTAINER = re.compile(r"docker|kubepods|containerd|lxc|podman")
_CHINA = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Machine:
    """What is known of this machine.

    Attributes:
        environment: names and values of environment variables; values are not shown.
        in_container: whether this process runs in a container.
        utc_offset: of the machine's own time zone.
        versions: of packages; `None` for those that are not there.
    """

    environment: Mapping[str, str] = field(repr=False)
    in_container: bool
    utc_offset: timedelta
    versions: Mapping[str, str | None]


def this_machine(root: Path = Path("/")) -> Machine:
    """Look at the machine that this process runs on.

    Args:
        root: the folder that everything lies under.
    """
    offset = datetime.now(UTC).astimezone().utcoffset() or timedelta()
    return Machine(os.environ, _in_container(root), offset, {name: _version(name) for name in _PACKAGES})


def surroundings(url: str, machine: Machine) -> Iterator[Finding]:
    """Look at what is around us."""
    for check in (_container, _hub, _proxy):
        yield from check(url, machine)
    yield _zone(machine)
    yield _versions(machine)


def _container(url: str, machine: Machine) -> Iterator[Finding]:
    if not machine.in_container:
        return
    here = is_loopback(urlsplit(url).hostname or "")
    yield Finding(
        "container",
        "note",
        "this kernel runs in a container"
        + (": 127.0.0.1 is the container itself, not the machine around it" if here else ""),
        "A server outside is reached by the host's name (host.docker.internal), and posts to a published port: "
        "my.listen(host='0.0.0.0', port=5005, public_url='http://127.0.0.1:5005'), container started with "
        "-p 127.0.0.1:5005:5005.",
    )


def _hub(_: str, machine: Machine) -> Iterator[Finding]:
    if any(name.startswith("JUPYTERHUB_") for name in machine.environment):
        yield Finding(
            "hub",
            "note",
            "this is a JupyterHub: other users of the same machine reach 127.0.0.1 too",
            "Keep the secret in the listener's address, give the server a token, and do not share a port.",
        )


def _proxy(url: str, machine: Machine) -> Iterator[Finding]:
    named = sorted({name.upper() for name in _PROXIES if machine.environment.get(name)})
    if named and not is_loopback(urlsplit(url).hostname or ""):
        yield Finding(
            "proxy",
            "note",
            f"{', '.join(named)} is set, so calls go through a proxy",
            "Add the server's host to NO_PROXY if it is on your own network.",
        )


def _zone(machine: Machine) -> Finding:
    hours = machine.utc_offset.total_seconds() / 3600
    if machine.utc_offset == _CHINA:
        return Finding("time zone", "ok", "this machine is at UTC+8, as all times of the frames are")
    return Finding(
        "time zone",
        "note",
        f"this machine is at UTC{hours:+g}; times in frames are Asia/Shanghai (UTC+8) and say so",
        "frame['msg_time'].dt.tz_convert('Europe/Berlin') shows them in another zone.",
    )


def _versions(machine: Machine) -> Finding:
    told = ", ".join(f"{name} {found or 'not installed'}" for name, found in machine.versions.items())
    python = ".".join(map(str, sys.version_info[:3]))
    kernel = machine.versions.get("ipykernel") or ""
    if re.match(r"7\.[0-3](\.|$)", kernel):
        return Finding(
            "versions",
            "problem",
            f"Python {python} on {sys.platform}, {told}: ipykernel 7.0 to 7.3 lose cells and clicks while a cell waits",
            'pip install "ipykernel>=7.4", and start the kernel again.',
        )
    return Finding("versions", "ok", f"Python {python} on {sys.platform}, {told}")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
    except (OSError, ValueError, KeyError):  # what was installed of it is damaged
        return "of unknown version"


def _in_container(root: Path) -> bool:
    try:
        if (root / ".dockerenv").exists() or (root / "run/.containerenv").exists():
            return True
        return bool(_CONTAINER.search((root / "proc/1/cgroup").read_text("utf-8", "replace")))
    except OSError:
        return False  # not there, or closed to other users (hidepid): nothing tells of a container
