"""One chat of an export: what its head and its first messages tell of it, and the rows that it becomes."""

from collections.abc import Mapping, Sequence, Set

import pyarrow as pa

from openqq_nb.columns import ZONE
from openqq_nb.readers.base import Options
from openqq_nb.readers.pcqq.people import Person, are_titled, looks_like_a_group, person
from openqq_nb.readers.pcqq.texts import guessed, of_the_system
from openqq_nb.readers.tables import TEXT, TIME, Place, chat_key, table

_PLACES: Mapping[str, Place] = {"我的好友": "friend", "我的QQ群": "group", "多人聊天": "discuss"}
_TYPES: Mapping[Place, str] = {
    "friend": "message",
    "group": "group_message",
    "discuss": "discuss_message",
}
_SECONDS = pa.timestamp("s", ZONE)


class Section:
    """One chat of an export.

    Attributes:
        chat: its name, `消息对象`.
        category: what it is filed under, `消息分组`; missing where the head is damaged.
    """

    def __init__(self, chat: str, category: str | None, options: Options) -> None:
        """Begin a chat; where it was and who is who is told by its first rows."""
        self.chat, self.category = chat, category
        self._given = options.me
        self._place: Place | None = None
        self._titled = False
        self._me: str | None = None
        self._my_numbers: frozenset[str] = frozenset()
        self._people: dict[str, Person] = {}
        self._own: dict[str, bool | None] = {}

    def table(
        self,
        times_s: Sequence[int],
        writers: Sequence[str],
        contents: Sequence[str],
        kinds: Sequence[str] | None = None,
    ) -> pa.Table:
        """Make the rows of some messages.

        Args:
            times_s: when each was written, in seconds of UTC.
            writers: the part of each header after the time.
            contents: the text of each.
            kinds: the kind of each, where more is known than the text; system lines are found in any case.

        Returns:
            One row per message.
        """
        place = self._learn(frozenset(writers))
        known = list(kinds) if kinds is not None else [guessed(one) for one in contents]
        same = self._of_the_chat(place, len(contents))
        columns = {
            "msg_time": pa.array(times_s, _SECONDS).cast(TIME),
            "type": same["type"],
            "chat": same["chat"],
            "content": pa.array([one or None for one in contents], TEXT),
            "kind": pa.array(self._corrected(known, writers, contents, place), TEXT),
            **self._of_the_writers(writers),
            "group": same["group"],
            "discuss": same["discuss"],
            "chat_key": same["chat_key"],
            "category": same["category"],
        }
        return pa.table(columns)

    def _of_the_chat(self, place: Place, rows: int) -> dict[str, pa.Array]:
        """Make the columns that are the same in all rows; a million texts would be slow."""
        once = table(
            {
                "type": [_TYPES[place]],
                "chat": [self.chat],
                "group": [self.chat if place == "group" else None],
                "discuss": [self.chat if place == "discuss" else None],
                "chat_key": [chat_key(place, self.chat)],
                "category": [self.category],
            }
        )
        return {name: pa.repeat(once[name][0], rows) for name in once.column_names}

    def _of_the_writers(self, writers: Sequence[str]) -> dict[str, pa.Array]:
        """Make the columns that follow from the writer, each person once."""
        numbers = {one: number for number, one in enumerate(self._people)}
        which = pa.array(list(map(numbers.__getitem__, writers)), pa.int32())
        people = self._people.values()
        once = table(
            {
                "sender": [who.name for who in people],
                "own": [self._own[one] for one in self._people],
                "sender_qq": [who.qq for who in people],
                "sender_email": [who.email for who in people],
            }
        )
        return {name: once[name].combine_chunks().take(which) for name in once.column_names}

    def _learn(self, writers: Set[str]) -> Place:
        place = self._place or self._learn_the_place(writers)
        new = {one: person(one, place, titled=self._titled) for one in writers - self._people.keys()}
        if self._place is None:
            self._place = place
            self._learn_who_is_me({who for who in new.values() if not who.is_system})
        self._people |= new
        self._own |= {one: self._is_own(who) for one, who in new.items()}
        return place

    def _learn_the_place(self, writers: Set[str]) -> Place:
        stated = _PLACES.get(self.category or "")
        place = stated or ("group" if looks_like_a_group(writers) else "friend")
        self._titled = place == "group" and are_titled(writers)
        return place

    def _learn_who_is_me(self, people: Set[Person]) -> None:
        """Find the own name and number: as it was given, else the one beside the friend's in a talk of two."""
        names = {who.name for who in people}
        if self._given is not None and self._given in names:
            self._me = self._given
            self._my_numbers = frozenset(who.qq for who in people if who.name == self._given and who.qq)
        elif self._given is not None and any(who.qq == self._given for who in people):
            self._my_numbers = frozenset((self._given,))
        elif self._place == "friend" and self.chat in names:
            others = names - {self.chat}
            self._me = others.pop() if len(others) == 1 else None

    def _is_own(self, who: Person) -> bool | None:
        if who.is_system or self._is_the_friend(who):
            return False
        if who.qq and self._my_numbers:
            return who.qq in self._my_numbers
        if self._me is None:
            return None
        if who.name == self._me:
            return True
        # A third name in a talk of two is an earlier name of one of them; of whom, nothing tells.
        return None if self._place == "friend" else False

    def _is_the_friend(self, who: Person) -> bool:
        return self._place == "friend" and who.name == self.chat

    def _corrected(
        self, kinds: list[str], writers: Sequence[str], contents: Sequence[str], place: Place
    ) -> list[str]:
        if place == "friend":
            # With a friend, a lone `[表情]` counts as what was said.
            kinds = ["text" if one == "face" else one for one in kinds]
        system = {one for one, who in self._people.items() if who.is_system}
        if system.isdisjoint(writers):
            return kinds
        return [
            of_the_system(content) if writer in system else kind
            for kind, writer, content in zip(kinds, writers, contents, strict=True)
        ]
