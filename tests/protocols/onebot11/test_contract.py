from openqq_nb.models import Request
from openqq_nb.protocols.base import Dialect
from openqq_nb.protocols.onebot11 import DIALECTS
from tests.protocols.contract import DialectContract
from tests.recordings import posts


class TestOnebot11(DialectContract):
    message = next(post.body for post in posts("onebot11") if b'"post_type":"message"' in post.body)
    code_key = "retcode"
    lifts = True

    def make(self, token: str | None = None) -> Dialect:
        return DIALECTS["onebot11"](token)

    def texts(self, request: Request) -> list[object]:
        assert request.content is not None
        return [part["data"]["text"] for part in request.content["message"]]
