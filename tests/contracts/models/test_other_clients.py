"""The endpoint and the habits of clients other than Inspect's, byte by byte over loopback."""

import http.client
import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from seatrial.models.server import serve

SUBMIT = {
    "type": "function",
    "function": {
        "name": "submit",
        "parameters": {"type": "object", "properties": {"answer": {"type": "string"}}},
    },
}
HELLO = {"role": "user", "content": "Say the word."}
REQUEST = {"model": "novice", "messages": [HELLO], "tools": [SUBMIT]}
CHAT = "/v1/chat/completions"


@pytest.fixture(scope="module")
def place() -> Iterator[tuple[str, int]]:
    with serve() as serving:
        url = urlsplit(serving.base_url)
        assert url.hostname is not None
        assert url.port is not None
        yield url.hostname, url.port


@pytest.fixture
def connection(place: tuple[str, int]) -> Iterator[http.client.HTTPConnection]:
    made = http.client.HTTPConnection(*place, timeout=20)
    yield made
    made.close()


def ask(
    connection: http.client.HTTPConnection, method: str, path: str, **request: Any
) -> tuple[int, Any]:
    connection.request(method, path, json.dumps(request) if request else None)
    answer = connection.getresponse()
    body = answer.read()
    return answer.status, json.loads(body) if body else None


@pytest.mark.parametrize(
    "extra",
    [
        {"tool_choice": "auto"},
        {"tool_choice": "required"},
        {"tool_choice": {"type": "function", "function": {"name": "submit"}}},
        {"parallel_tool_calls": True},
        {"max_completion_tokens": 5},
        {"response_format": {"type": "text"}, "stop": ["x"], "temperature": None},
        {"reasoning_effort": "high", "store": False, "metadata": {}, "user": "u"},
        {"messages": [{"role": "developer", "content": [{"type": "text", "text": "a"}]}, HELLO]},
        {
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "a", "cache_control": {}}]}
            ]
        },
    ],
    ids=str,
)
def test_what_clients_send_beside_the_task_does_not_stop_a_call(
    connection: http.client.HTTPConnection, extra: dict[str, Any]
) -> None:
    status, answer = ask(connection, "POST", CHAT, **{**REQUEST, **extra})

    [call] = answer["choices"][0]["message"]["tool_calls"]
    assert (status, call["function"]["name"]) == (200, "submit")


def test_a_client_that_forbids_tools_gets_words(connection: http.client.HTTPConnection) -> None:
    _, answer = ask(connection, "POST", CHAT, **REQUEST, tool_choice="none")

    [choice] = answer["choices"]
    assert "tool_calls" not in choice["message"]
    assert (choice["finish_reason"], bool(choice["message"]["content"])) == ("stop", True)


@pytest.mark.parametrize("choice", [7, "sometimes", {"type": "function", "function": {}}], ids=str)
def test_a_choice_of_tools_that_means_nothing_is_400(
    connection: http.client.HTTPConnection, choice: object
) -> None:
    status, answer = ask(connection, "POST", CHAT, **REQUEST, tool_choice=choice)

    assert (status, answer["error"]["param"]) == (400, "tool_choice")


def test_one_model_is_described(connection: http.client.HTTPConnection) -> None:
    assert ask(connection, "GET", "/v1/models/novice")[1]["id"] == "novice"
    status, answer = ask(connection, "GET", "/v1/models/no/such")
    assert (status, answer["error"]["code"]) == (404, "model_not_found")


def test_the_list_of_models_has_a_head(connection: http.client.HTTPConnection) -> None:
    assert ask(connection, "HEAD", "/v1/models") == (200, None)


def test_a_wrong_method_is_405_and_names_the_right_one(
    connection: http.client.HTTPConnection,
) -> None:
    connection.request("GET", CHAT)
    answer = connection.getresponse()
    message = json.loads(answer.read())["error"]["message"]

    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert "GET" in message


def test_a_connection_is_kept_for_the_next_call(connection: http.client.HTTPConnection) -> None:
    ask(connection, "POST", CHAT, **REQUEST)
    kept = connection.sock
    ask(connection, "POST", CHAT, **REQUEST)

    assert kept is not None
    assert connection.sock is kept


def test_a_body_may_come_in_chunks(connection: http.client.HTTPConnection) -> None:
    body = json.dumps(REQUEST).encode()
    pieces = (body[at : at + 7] for at in range(0, len(body), 7))
    connection.request("POST", CHAT, pieces, {"Transfer-Encoding": "chunked"}, encode_chunked=True)

    assert connection.getresponse().status == 200


def test_http_1_0_and_a_client_that_waits_to_be_told_to_go_on(place: tuple[str, int]) -> None:
    body = json.dumps(REQUEST).encode()
    with socket.create_connection(place, timeout=20) as old, old.makefile("rb") as answer:
        old.sendall(b"POST %b HTTP/1.0\r\nContent-Length: %d\r\n\r\n" % (CHAT.encode(), len(body)))
        old.sendall(body)
        assert b" 200 " in answer.readline()
        assert answer.read().endswith(b"}")
    with socket.create_connection(place, timeout=20) as polite, polite.makefile("rb") as answer:
        head = b"POST %b HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
        polite.sendall(head % (CHAT.encode(), len(body)))
        assert b" 100 " in answer.readline()
        polite.sendall(body)
        answer.readline()
        assert b" 200 " in answer.readline()
