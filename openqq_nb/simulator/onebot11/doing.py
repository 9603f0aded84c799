"""What else happens to an account of OneBot: messages are taken back, people poke, mute, remove, ask."""

from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

from openqq_nb.simulator.dialects import FORMATS, Dialect, Format, check_choice
from openqq_nb.simulator.lookup import Who, find_group, find_person
from openqq_nb.simulator.messages import Arrival
from openqq_nb.simulator.onebot11.engine import Engine
from openqq_nb.simulator.onebot11.settings import Settings
from openqq_nb.simulator.records import unix_now
from openqq_nb.simulator.running import Running
from openqq_nb.simulator.things import Friend, Group, Membership, Person
from openqq_nb.simulator.world import World

T = TypeVar("T")
Event = dict[str, Any]
Where = Group | str | int
_FIRST_FLAG = 1_763_950_000


class Doing:
    """Lets things happen that only OneBot tells of. All may be called from any thread."""

    world: World
    protocol: Dialect
    _settings: Settings
    _changes: Lock
    _running: Running | None

    @property
    def url(self) -> str:
        """The address of the server, without a path."""
        raise NotImplementedError

    def _now_running(self) -> Running:
        raise NotImplementedError

    def _engine(self) -> tuple[Running, Engine]:
        running = self._now_running()
        if not isinstance(running.engine, Engine):
            raise ValueError(f"There is no such thing in {self.protocol}. Start a Simulator('onebot11').")
        return running, running.engine

    def _do(self, deed: Callable[[Engine], T]) -> T:
        running, engine = self._engine()
        with self._changes:
            return running.portal.call(deed, engine)

    @property
    def ws_url(self) -> str:
        """The address for WebSockets, without a path: `/` for both, `/api` for calls, `/event` for events."""
        return f"ws{self.url.removeprefix('http')}"

    # Settings

    @property
    def online(self) -> bool:
        """Whether QQ has the account logged in; may be set at any time."""
        return self._settings.online

    @online.setter
    def online(self, online: bool) -> None:
        if self._running is None:
            self._settings.online = online
        else:
            self._do(lambda engine: engine.set_online(online))

    @property
    def report_own(self) -> bool:
        """Whether one's own messages are posted; may be set at any time."""
        return self._settings.report_own

    @report_own.setter
    def report_own(self, report_own: bool) -> None:
        self._settings.report_own = report_own

    @property
    def message_format(self) -> Format:
        """Whether a message is an `array` of segments or a `string`; may be set at any time."""
        return self._settings.message_format

    @message_format.setter
    def message_format(self, message_format: Format) -> None:
        check_choice("message format", message_format, FORMATS)
        self._settings.message_format = message_format

    # Happenings

    def recall(self, message: Event | int, by: Who | None = None) -> None:
        """Let somebody take a message back.

        Args:
            message: The message as `say` gave it, or its id.
            by: Who, if it is not who said it: an admin of the group.

        Raises:
            LookupError: There is no such message.
        """
        wanted = message if isinstance(message, int) else message["message_id"]
        said = self._do(lambda engine: engine.store.find(int(wanted)))
        if said is None:
            raise LookupError(f"No message has the id {wanted}. Give what say() returned.")
        group = find_group(self.world, said.chat[1]) if said.is_group and by is not None else None
        operator = said.sender if by is None else find_person(self.world, by, group)
        self._do(lambda engine: engine.acts.take_back(said, operator.qq))

    def poke(self, who: Who, group: Where | None = None, target: Who | None = None) -> None:
        """Let somebody poke somebody, the account if nobody is named."""
        place = None if group is None else find_group(self.world, group)
        one = find_person(self.world, who, place)
        other = self.world.me.person if target is None else find_person(self.world, target, place)
        number = place.number if place else None
        self._do(lambda engine: engine.events.emit(engine.notices.poke(one.qq, other.qq, number)))

    def type_on(self, who: Who) -> None:
        """Let a friend press a key while he writes."""
        person = find_person(self.world, who)
        self._do(lambda engine: engine.events.emit(engine.notices.typing(person.qq)))

    def mute(self, group: Where, who: Who, seconds: int, by: Who | None = None) -> None:
        """Let somebody mute somebody, or with 0 let him speak again.

        Args:
            group: Where.
            who: Whom; the account itself as an object or number: its sends to that group fail then.
            seconds: For how long.
            by: Who, if not the owner.
        """
        place = find_group(self.world, group)
        person = find_person(self.world, who, place)
        operator = self._operator(place, by)
        self._do(lambda engine: engine.acts.mute(place.number, person.qq, seconds, operator))

    def mute_all(self, group: Where, on: bool = True, by: Who | None = None) -> None:
        """Let somebody mute everybody but owner and admins, or end that."""
        place = find_group(self.world, group)
        operator = self._operator(place, by)
        self._do(lambda engine: engine.acts.mute(place.number, 0, -1 if on else 0, operator))

    def kick(self, group: Where, who: Who, by: Who | None = None) -> None:
        """Let somebody remove somebody from a group; the account itself as an object or number."""
        place = find_group(self.world, group)
        person = find_person(self.world, who, place)
        operator = self._operator(place, by)
        self._do(lambda engine: engine.acts.remove(place.number, person.qq, operator))

    def disband(self, group: Where) -> None:
        """Let the owner of a group end it."""
        place = find_group(self.world, group)
        self._do(
            lambda engine: engine.acts.remove(place.number, self.world.me.person.qq, place.owner, "disband")
        )

    def upload(self, group: Where, who: Who, name: str, size: int = 1_048_576) -> Event:
        """Let somebody put a file into a group: a notice, and a message.

        Returns:
            The message as posted.
        """
        place = find_group(self.world, group)
        person = find_person(self.world, who, place)
        running, engine = self._engine()
        file = {"file": name, "file_id": f"/{name}", "file_size": str(size)}
        arrival = Arrival(
            "group", person, None, 0, unix_now(), place, segments=({"type": "file", "data": file},)
        )
        told = {"id": f"/{name}", "name": name, "size": size, "busid": 102}
        self._do(lambda one: one.events.emit(one.notices.upload(place.number, person.qq, told)))
        return running.portal.call(engine.arrive_together, [arrival])[0]

    def _operator(self, group: Group, by: Who | None) -> int:
        return group.owner if by is None else find_person(self.world, by, group).qq

    def ask_friend(self, who: Person | Friend | Membership, comment: str = "") -> Event:
        """Let somebody ask to be a friend.

        Returns:
            The request as posted, with its `flag`.
        """
        return self._ask(who, comment, None, "")

    def ask_group(
        self, group: Where, who: Person | Friend | Membership, comment: str = "", invite: bool = False
    ) -> Event:
        """Let somebody ask to be let into a group.

        Args:
            group: Which; with `invite` it may be one that the account is not in.
            who: Who.
            comment: What he says.
            invite: Whether he invites the account into it instead.

        Returns:
            The request as posted, with its `flag`.
        """
        number = find_group(self.world, group).number
        return self._ask(who, comment, number, "invite" if invite else "add")

    def _ask(
        self, who: Person | Friend | Membership, comment: str, group: int | None, sub_type: str
    ) -> Event:
        person = who if isinstance(who, Person) else who.person

        def ask(engine: Engine) -> Event:
            flag = str(_FIRST_FLAG + len(engine.acts.requests) + len(engine.history.decided))
            request = engine.notices.request(person.qq, comment, flag, group, sub_type)
            if engine.known.person(person.qq) is None:
                engine.known.strangers[person.qq] = person
            engine.acts.requests[flag] = request
            engine.events.emit(request, engine.obeying.request(request))
            return request

        return self._do(ask)
