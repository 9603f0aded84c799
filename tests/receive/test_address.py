from typing import Any

import pytest

from openqq_nb.errors import InvalidInput
from openqq_nb.receive.address import Address, checked, host_name

OWN = Address(port=5801, secret="abc")
PUBLIC = Address(host="0.0.0.0", port=5801, secret="abc", public_url="https://hub.example/user/x/")  # noqa: S104


def test_url_ends_with_the_secret_and_the_masked_one_does_not() -> None:
    assert OWN.url == "http://127.0.0.1:5801/openqq/abc"
    assert OWN.masked == "http://127.0.0.1:5801/openqq/…"
    assert "abc" not in repr(OWN)


def test_public_url_is_what_a_server_is_given() -> None:
    assert PUBLIC.url == "https://hub.example/user/x/openqq/abc"


def test_ipv6_host_stands_in_brackets() -> None:
    assert Address(host="::1", port=1, secret="abc").url == "http://[::1]:1/openqq/abc"


def test_without_path_and_secret_the_root_is_the_address() -> None:
    assert Address(port=1, path="", secret="").url == "http://127.0.0.1:1/"


@pytest.mark.parametrize("path", ["/openqq/abc", "/user/x/openqq/abc"])
def test_path_is_ours_with_the_prefix_of_a_proxy_or_without(path: str) -> None:
    assert PUBLIC.owns_path(path)


@pytest.mark.parametrize(
    "path", ["", "/", "/openqq", "/openqq/", "/openqq/abcd", "/openqq/abc/", "/openqq/ä\ud800"]
)
def test_other_path_is_not_ours(path: str) -> None:
    assert not OWN.owns_path(path)


@pytest.mark.parametrize("host", ["127.0.0.1:5801", "localhost", "LOCALHOST:1", "[::1]:5801", "127.1.2.3"])
def test_loopback_host_is_ours(host: str) -> None:
    assert OWN.owns_host(host)


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "evil/127.0.0.1", "[", "a:b:c"],
)
def test_other_host_is_foreign(host: str) -> None:
    assert not OWN.owns_host(host)


def test_public_host_is_ours() -> None:
    assert PUBLIC.owns_host("hub.example") and not PUBLIC.owns_host("other.example")


@pytest.mark.parametrize(
    "host", ["user@127.0.0.1", "127.0.0.1/x", "127.0.0.1?x", "127.0.0.1#x", "127.0.0.1:99999"]
)
def test_host_with_more_than_a_name_has_no_name(host: str) -> None:
    assert host_name(host) is None


@pytest.mark.parametrize(
    "origin", ["null", "", "http://127.0.0.1:8888", "http://localhost:5801", "https://127.0.0.1:5801", "evil"]
)
def test_page_of_another_place_is_foreign(origin: str) -> None:
    assert not OWN.owns_origin(origin)


def test_own_origin_is_ours() -> None:
    assert OWN.owns_origin("http://127.0.0.1:5801")
    assert PUBLIC.owns_origin("https://hub.example")


def test_address_for_others_needs_a_secret() -> None:
    with pytest.raises(InvalidInput, match="without a secret"):
        checked(Address(host="192.0.2.1"))
    assert checked(Address(host="::1")) == Address(host="::1")


@pytest.mark.parametrize("public", ["hub.example", "ftp://hub.example", "http://"])
def test_public_url_must_be_one(public: str) -> None:
    with pytest.raises(InvalidInput, match="public_url"):
        checked(Address(secret="abc", public_url=public))


@pytest.mark.parametrize(
    "given",
    [
        {"path": 5},
        {"path": "/x?y#z"},
        {"secret": 3},
        {"secret": "a b/c"},
        {"secret": "密"},
        {"public_url": "http://x y/"},
        {"public_url": "http://example.com:99999/"},
        {"public_url": "http://[bad"},
    ],
    ids=str,
)
def test_what_cannot_stand_in_an_address_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        checked(Address(**given))
