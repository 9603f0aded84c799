"""Widget messages for a cell that waits, taken off the kernel's shell channel.

A kernel runs one cell at a time and handles no widget ("comm") message meanwhile. While a cell waits, the
pump takes what arrives: comm messages go to their widgets at once, in the way in which the kernel does it;
everything else, such as the next cell of "run all", goes to the kernel, later and in order.

All private names of ipykernel that this package touches stand in this file. Measured on ipykernel 6.29 and
7.4; the releases between them lose cells under load even without a pump, so there is none for them.
"""

import asyncio
import collections
import contextlib
import contextvars
import functools
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from openqq_nb.kernel import interrupts

Frames = Sequence[Any]
Message = Mapping[str, Any]
Sort = Callable[[Frames], bool]
MayRaise = Callable[[], contextlib.AbstractContextManager[object]]

_COMM_TYPES = frozenset({"comm_open", "comm_msg", "comm_close"})


class Pump:
    """Keeps the widgets of one kernel alive while its cells wait. In the main thread only."""

    def __init__(self, kernel: "_Kernel", channel: "_Channel") -> None:
        self._kernel, self._channel = kernel, channel
        self._publish_status, self._parent_idents = kernel._publish_status, kernel._parent_ident
        self._comms: collections.deque[Frames] = collections.deque()
        self._kept: collections.deque[_Taken] = collections.deque()
        self._blocked = False
        self._waiters = 0
        self._stop_intercepting: Callable[[], None] = _nothing

    @contextlib.contextmanager
    def blocked(self) -> Iterator[None]:
        """Stand around a wait that blocks the loop and calls `turn` again and again."""
        self._blocked = True
        try:
            yield
            self.turn()
        finally:
            with interrupts.Held():
                self._blocked = False
                self._give_back()

    def turn(self) -> None:
        """Handle the comm messages that have arrived, and keep the other messages."""
        # A message is in several parts, and a cell that an interrupt loses would show [*] for ever.
        with interrupts.Held() as held:
            self._take()
            while self._comms:
                self._handle(self._comms.popleft(), held.released)

    @contextlib.contextmanager
    def awaited(self) -> Iterator[None]:
        """Stand around a wait that lets the loop turn.

        Waits may overlap, and may outlast the cell that began them.
        """
        if not self._waiters:
            self._stop_intercepting = self._channel.intercept(self._receive)
        self._waiters += 1
        try:
            self._take_queued()
            yield
        finally:
            self._waiters -= 1
            if not self._waiters:
                self._stop_intercepting()

    def _receive(self, frames: Frames) -> bool:
        """Take a comm message that arrives while the loop turns; what the kernel has to handle is False."""
        if self._blocked or not self._channel.leaves_comms_to_us() or not self._is_comm(frames):
            return False
        self._comms.append(frames)
        self._handle_soon()
        return True

    def _handle_soon(self) -> None:
        # Not now: a cell that arrived before, and is about to begin, comes first.
        asyncio.get_running_loop().call_soon(self._handle_received)

    def _handle_received(self) -> None:
        while self._comms:
            self._channel.context().run(self._handle, self._comms.popleft(), interrupts.raised_here_first)

    def _take_queued(self) -> None:
        if self._channel.cell_is_running():
            with interrupts.Held():
                self._blocked = True
                self._take()
                self._blocked = False
                self._give_back()

    def _take(self) -> None:
        for taken in self._channel.take():
            if self._is_comm(taken.frames):
                self._comms.append(taken.frames)
            else:
                self._kept.append(taken)

    def _give_back(self) -> None:
        while self._kept:
            self._channel.give_back(self._kept.popleft())
        if self._comms:
            self._handle_soon()

    def _is_comm(self, frames: Frames) -> bool:
        try:
            _, rest = self._kernel.session.feed_identities(frames, copy=False)
            header = self._kernel.session.deserialize(rest, content=False, copy=False)["header"]
        except (KeyError, TypeError, ValueError):
            # A signal of the kernel to itself, or not signed: the kernel knows what to do with it.
            return False
        return header.get("msg_type") in _COMM_TYPES

    def _handle(self, frames: Frames, may_raise: MayRaise) -> None:
        session = self._kernel.session
        idents, rest = session.feed_identities(frames, copy=False)
        message = session.deserialize(rest, content=True, copy=False)
        with self._parent(idents, message), may_raise():
            handler = self._kernel.shell_handlers[message["header"]["msg_type"]]
            handler(self._kernel.shell_stream, idents, message)

    @contextlib.contextmanager
    def _parent(self, idents: object, message: Message) -> Iterator[None]:
        """Let output belong to `message`, and give the page its busy and its idle."""
        before = self._parent_idents["shell"], self._kernel.get_parent("shell")
        self._kernel.set_parent(idents, message, "shell")
        self._publish_status("busy", "shell", message)
        try:
            yield
        finally:
            # The page drops output that comes after the idle of its message.
            sys.stdout.flush()
            sys.stderr.flush()
            self._publish_status("idle", "shell", message)
            self._kernel.set_parent(*before, "shell")
            if self._channel.cell_is_running():
                self._publish_status("busy", "shell", before[1])


def pump_for_this_cell() -> Pump | None:
    """Return the pump of the kernel in whose main thread, and loop, the caller runs.

    Returns:
        None where there is no such kernel, or one on which the pump is not known to be safe.
    """
    kernel = _current_kernel()
    in_main = threading.current_thread() is threading.main_thread()
    return _pump_of(kernel) if kernel is not None and in_main and loop_is_running() else None


def in_widget_callback() -> bool:
    """Tell whether the caller runs in a widget callback, in a waiting cell or on a thread of its own."""
    kernel = _current_kernel()
    if kernel is None or not _on_shell_thread():
        return False
    return kernel.get_parent("shell").get("header", {}).get("msg_type") in _COMM_TYPES


def ipykernel_version() -> tuple[int, ...]:
    """Return the version of the ipykernel in which this process is a kernel, () in any other process."""
    return tuple(sys.modules["ipykernel"].version_info[:2]) if _current_kernel() is not None else ()


def loop_is_running() -> bool:
    """Tell whether an asyncio loop runs in this thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


class _Session(Protocol):
    def feed_identities(self, msg_list: Frames, copy: bool = ...) -> tuple[list[Any], Frames]: ...
    def deserialize(self, msg_list: Frames, content: bool = ..., copy: bool = ...) -> dict[str, Any]: ...


class _Kernel(Protocol):
    """What ipykernel 6 and 7 have in common."""

    session: _Session
    shell_stream: "_Stream"
    shell_handlers: Mapping[str, Callable[[object, object, Message], object]]
    _parent_ident: Mapping[str, object]

    def __hash__(self) -> int: ...
    def get_parent(self, channel: str) -> Message: ...
    def set_parent(self, ident: object, parent: Message, channel: str) -> None: ...
    def _publish_status(self, status: str, channel: str, parent: Message) -> None: ...


class _Kernel6(_Kernel, Protocol):
    msg_queue: Any  # tornado's


class _Kernel7(_Kernel, Protocol):
    shell_channel_thread: Any
    _main_asyncio_lock: Any  # asyncio's
    _shell_context: contextvars.Context


class _Stream(Protocol):
    """pyzmq's ZMQStream."""

    _recv_callback: Callable[[Frames], object]

    def _run_callback(self, callback: Callable[[Frames], object], frames: Frames) -> None: ...
    def flush(self) -> int: ...
    def on_recv(self, callback: Callable[[Frames], object], copy: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class _Taken:
    """A message that was taken, and the thing to be given back for it."""

    frames: Frames
    item: Any


class _Channel(Protocol):
    """The main shell channel."""

    def take(self) -> list[_Taken]:
        """Take everything that has arrived, without waiting."""

    def give_back(self, taken: _Taken) -> None:
        """Hand a message to the kernel, after those that it already has and before all that are to come."""

    def cell_is_running(self) -> bool:
        """Tell whether the kernel is at work on a message, and would not handle another one as usual."""

    def leaves_comms_to_us(self) -> bool:
        """Tell whether the kernel would not handle a comm message, or not well, that arrives now."""

    def context(self) -> contextvars.Context:
        """Return a context in which the running cell is the parent, for callbacks of the loop."""

    def intercept(self, sort: Sort) -> Callable[[], None]:
        """Show each message to `sort`, and to the kernel where that says False; return how to stop it."""


class _Channel6:
    """A queue that the loop fills from the socket, and from which the kernel takes when it is free."""

    def __init__(self, kernel: _Kernel6) -> None:
        self._stream, self._queue = kernel.shell_stream, kernel.msg_queue
        self._free = self._queue._getters

    def take(self) -> list[_Taken]:
        self._stream.flush()
        items = [self._queue.get_nowait() for _ in range(self._queue.qsize())]
        # The kernel's own entries (order number, function, arguments) come without frames.
        return [_Taken(item[2][0] if item[2] else (), item) for item in items]

    def give_back(self, taken: _Taken) -> None:
        self._queue.put_nowait(taken.item)

    def cell_is_running(self) -> bool:
        return not self._free

    def intercept(self, sort: Sort) -> Callable[[], None]:
        callback = self._stream._recv_callback
        _intercept(self._stream, sort)
        return functools.partial(self._stream.on_recv, callback, copy=False)

    def leaves_comms_to_us(self) -> bool:
        return self.cell_is_running()

    def context(self) -> contextvars.Context:
        # The parent is one for the whole kernel.
        return contextvars.copy_context()


class _Channel7:
    """A socket inside the process; the loop makes of each message a task, and these queue for a lock."""

    def __init__(self, kernel: _Kernel7) -> None:
        pair = kernel.shell_channel_thread.manager.get_shell_channel_to_subshell_pair(None)
        self._socket, self._stream, self._lock = pair.to_socket, pair.to_stream, kernel._main_asyncio_lock
        self._start, self._kernel = self._stream._run_callback, kernel
        self._intercepted = False
        self.context(), self.cell_is_running()

    def take(self) -> list[_Taken]:
        # All of them: the loop is woken only by a message that finds the socket empty.
        messages = []
        while self._socket.poll(0):
            messages.append(self._socket.recv_multipart(copy=False))
        return [_Taken(frames, frames) for frames in messages]

    def give_back(self, taken: _Taken) -> None:
        # The task is made now, so that it comes before those of messages that the loop is about to read.
        self._start(self._stream._recv_callback, taken.item)

    def cell_is_running(self) -> bool:
        # Between two queued cells the lock is free for a moment.
        return bool(self._lock.locked() or self._lock._waiters)

    def leaves_comms_to_us(self) -> bool:
        """Leave none to the kernel: it may find an async cell running when it comes to handle one.

        Beside an async cell 7.4 publishes no idle for a comm message, and the page sends no further edit of
        that field before it; and when the cell ends meanwhile, the next cell's idle is published for the wrong
        one, and the page shows [*] for ever.
        """
        return True

    def intercept(self, sort: Sort) -> Callable[[], None]:
        """Intercept for good, as async cells go on after our waits, and others follow."""
        if not self._intercepted:
            self._intercepted = True
            _intercept(self._stream, sort)
        return _nothing

    def context(self) -> contextvars.Context:
        return self._kernel._shell_context.copy()


def _intercept(stream: _Stream, sort: Sort) -> None:
    callback = stream._recv_callback
    stream.on_recv(lambda frames: None if sort(frames) else callback(frames), copy=False)


def _current_kernel() -> _Kernel | None:
    # IPython is not imported for this: where nobody has, there is no kernel.
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    kernel: _Kernel | None = getattr(get_ipython() if get_ipython else None, "kernel", None)
    return kernel if hasattr(kernel, "shell_handlers") else None


def _on_shell_thread() -> bool:
    thread = threading.current_thread()
    return thread is threading.main_thread() or thread.name.startswith("subshell-")


@functools.lru_cache(maxsize=1)
def _pump_of(kernel: _Kernel) -> Pump | None:
    channel = _channel_class()
    try:
        return Pump(kernel, channel(kernel)) if channel else None
    except AttributeError:
        # An ipykernel made otherwise than those that were measured: widgets pause while a cell waits.
        return None


def _channel_class() -> Callable[[Any], _Channel] | None:
    version = ipykernel_version()
    if version[:2] == (6, 29):
        return _Channel6
    return _Channel7 if version >= (7, 4) else None


def _nothing() -> None:
    """Undo nothing."""
