"""What is to be entered names address and secret for both ways, and tells the secret from the token of the API."""

import json

from openqq_nb.protocols.onebot11.calls import Onebot11

URL = "http://127.0.0.1:5001/abc"


def test_both_ways_are_named_with_their_address() -> None:
    told = Onebot11("token of the API").setup(URL, "s3cret")
    assert told.count(f"URL: {URL}\n") == 2 and told.count("URL: ws://127.0.0.1:5001/abc\n") == 2
    assert "reportSelfMessage" in told and "token of the API" in told
    assert told.count("Token: s3cret ") == 4


def test_the_settings_of_lagrange_are_json() -> None:
    lines = [line for line in Onebot11().setup(URL, '"').splitlines() if '"Type"' in line]
    post, socket = (json.loads(line.removeprefix("    or").strip()) for line in lines)
    place = {"Host": "127.0.0.1", "Port": 5001, "Suffix": "/abc"}
    assert post == {"Type": "HttpPost", "Secret": '"', **place}
    assert socket == {"Type": "ReverseWebSocket", "AccessToken": '"', **place}


def test_without_a_secret_the_field_is_left_empty() -> None:
    told = Onebot11().setup("https://example.invalid/abc", "")
    assert told.count("Token: leave it empty") == 4
    assert "wss://example.invalid/abc" in told and '"Port": 443' in told and "Secret" not in told
