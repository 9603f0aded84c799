from openqq_nb.protocols.base import Dialect
from openqq_nb.protocols.openqq import DIALECTS
from tests.protocols.contract import DialectContract
from tests.recordings import posts


class TestOpenqq1(DialectContract):
    message = posts("openqq1")[0].body

    def make(self, token: str | None = None) -> Dialect:
        return DIALECTS["openqq1"](token)


class TestOpenqq2(DialectContract):
    message = next(post.body for post in posts("openqq2") if post.name == "group message, plain Chinese")

    def make(self, token: str | None = None) -> Dialect:
        return DIALECTS["openqq2"](token)
