"""Answers as bytes of HTTP."""

from http import HTTPStatus

from openqq_nb.models import Answer

GO_AHEAD = b"HTTP/1.1 100 Continue\r\n\r\n"
_NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"


def written(answer: Answer, keep: bool, to_head: bool = False) -> bytes:
    """Write an answer.

    Args:
        answer: what to write.
        keep: whether the connection stays open afterwards.
        to_head: whether a HEAD request is answered, which has no body.
    """
    if keep and answer.http_status == HTTPStatus.NO_CONTENT:
        return _NO_CONTENT
    lines = [f"HTTP/1.1 {answer.http_status} {HTTPStatus(answer.http_status).phrase}"]
    if answer.content_type:
        lines.append(f"content-type: {answer.content_type}")
    if answer.http_status != HTTPStatus.NO_CONTENT:
        lines.append(f"content-length: {len(answer.body)}")
    if answer.http_status == HTTPStatus.METHOD_NOT_ALLOWED:
        lines.append("allow: POST")
    if not keep:
        lines.append("connection: close")
    return "\r\n".join([*lines, "", ""]).encode() + (b"" if to_head else answer.body)
