"""The endpoint as the official OpenAI client sees it, over loopback."""

import http.client
import json
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import openai
import pytest
from openai.types.chat import ChatCompletionFunctionToolParam, ChatCompletionMessageParam

from seatrial.core.problem import UnavailableError
from seatrial.models.answer_book import Answer
from seatrial.models.answer_file import FixedAnswers
from seatrial.models.app import MAX_BODY_BYTES
from seatrial.models.catalog import POLICIES
from seatrial.models.server import serve
from seatrial.models.simulators import SIMULATORS

ANSWERS = FixedAnswers({"canary-1": Answer(steps=(), answer="sealed word")})
SUBMIT: ChatCompletionFunctionToolParam = {
    "type": "function",
    "function": {
        "name": "submit",
        "parameters": {"type": "object", "properties": {"answer": {"type": "string"}}},
    },
}
HELLO: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Say the word."}]
TOLD: list[ChatCompletionMessageParam] = [
    {"role": "user", "content": "Say the word.\nTask reference: canary-1\n"}
]


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with serve(answers=ANSWERS, simulate=True) as serving:
        yield serving.base_url


@pytest.fixture
def client(base_url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=base_url, api_key="any", max_retries=0, timeout=20) as made:
        yield made


def test_every_model_is_listed(client: openai.OpenAI) -> None:
    names = [model.id for model in client.models.list()]
    assert names == [policy.name for policy in POLICIES] + list(SIMULATORS)


def test_a_tool_call_comes_back_with_usage(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(model="oracle", messages=TOLD, tools=[SUBMIT])
    [choice] = completion.choices
    [call] = choice.message.tool_calls or []
    assert call.type == "function"
    assert (choice.finish_reason, call.function.name) == ("tool_calls", "submit")
    assert json.loads(call.function.arguments) == {"answer": "sealed word"}
    assert completion.usage is not None
    assert completion.usage.prompt_tokens > 0


def test_a_stream_says_the_same_as_a_whole_answer(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model="oracle", messages=TOLD, tools=[SUBMIT])
    with client.chat.completions.stream(
        model="oracle", messages=TOLD, tools=[SUBMIT], stream_options={"include_usage": True}
    ) as stream:
        streamed = stream.get_final_completion()
    [ours], [theirs] = whole.choices, streamed.choices
    assert streamed.usage == whole.usage
    assert theirs.finish_reason == ours.finish_reason
    [call] = ours.message.tool_calls or []
    [streamed_call] = theirs.message.tool_calls or []
    assert call.type == "function"
    assert (streamed_call.id, streamed_call.function.arguments) == (
        call.id,
        call.function.arguments,
    )


def test_reruns_agree_to_the_byte(base_url: str) -> None:
    body = json.dumps({"model": "novice@3", "messages": HELLO, "tools": [SUBMIT]}).encode()
    assert post(base_url, body) == post(base_url, body)


@pytest.mark.parametrize(("name", "seed"), [("flaky@4", None), ("flaky", 4)])
def test_the_seed_stands_in_the_name_or_in_the_request(
    name: str, seed: int | None, client: openai.OpenAI
) -> None:
    statuses = []
    for _ in range(3):
        try:
            client.chat.completions.create(model=name, messages=HELLO, seed=seed)
        except openai.APIStatusError as error:
            statuses.append(error.status_code)
        else:
            break
    assert statuses == [500]


def test_an_unknown_model_is_404_and_names_those_there_are(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="does not exist; there are: null") as caught:
        client.chat.completions.create(model="gpt-9", messages=HELLO)
    assert caught.value.code == "model_not_found"


def test_an_unknown_path_is_404_with_an_error_body(base_url: str) -> None:
    status, answer = post(base_url, b"{}", path="/v1/embeddings")
    assert status == 404
    assert "embeddings" in json.loads(answer)["error"]["message"]


def test_an_answer_that_nobody_wrote_is_an_error_not_a_failure(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="no entry for this task"):
        client.chat.completions.create(model="oracle", messages=HELLO, tools=[SUBMIT])


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"model": "null", "messages": [3]}'])
def test_a_malformed_request_is_400_with_an_error_body(base_url: str, body: bytes) -> None:
    status, answer = post(base_url, body)
    error = json.loads(answer)["error"]
    assert (status, error["type"]) == (400, "invalid_request_error")
    assert "expected" in error["message"]


def test_a_seed_that_is_no_number_is_400(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="seed"):
        client.chat.completions.create(model="novice@x", messages=HELLO)


def test_an_oversized_body_is_refused(base_url: str) -> None:
    status, answer = post(base_url, b" " * (MAX_BODY_BYTES + 1))
    assert (status, json.loads(answer)["error"]["code"]) == (413, "request_too_large")


def test_half_a_character_in_a_request_does_no_harm(base_url: str) -> None:
    body = b'{"model": "\\ud800", "messages": [{"role": "user", "content": "\\udfff"}]}'
    assert post(base_url, body)[0] == 404


def test_a_hanging_model_answers_nothing_until_the_client_gives_up(base_url: str) -> None:
    with (
        openai.OpenAI(base_url=base_url, api_key="any", max_retries=0, timeout=0.3) as impatient,
        pytest.raises(openai.APITimeoutError),
    ):
        impatient.chat.completions.create(model="hang", messages=HELLO)


def test_stopping_ends_calls_that_hang() -> None:
    answers: list[int] = []

    def ask(base_url: str) -> None:
        body = json.dumps({"model": "hang", "messages": HELLO}).encode()
        answers.append(post(base_url, body)[0])

    with serve(simulate=True) as serving:
        asking = threading.Thread(target=ask, args=(serving.base_url,))
        asking.start()
    asking.join()
    assert answers == [503]


def test_a_flaky_model_answers_after_the_clients_own_retries(base_url: str) -> None:
    with openai.OpenAI(base_url=base_url, api_key="any", max_retries=2, timeout=20) as patient:
        for seed in range(6):
            completion = patient.chat.completions.create(model=f"flaky@{seed}", messages=HELLO)
            assert completion.choices


def test_a_dying_model_answers_two_turns_and_no_more(client: openai.OpenAI) -> None:
    said: ChatCompletionMessageParam = {"role": "assistant", "content": "ok"}
    client.chat.completions.create(model="dying", messages=[*HELLO, said])
    with pytest.raises(openai.InternalServerError):
        client.chat.completions.create(model="dying", messages=[*HELLO, said, said])


def test_simulators_are_absent_unless_asked_for() -> None:
    with serve() as serving:
        body = json.dumps({"model": "hang", "messages": HELLO}).encode()
        assert post(serving.base_url, body)[0] == 404


def test_a_port_in_use_is_reported(base_url: str) -> None:
    port = urlsplit(base_url).port
    assert port is not None
    with pytest.raises(UnavailableError, match=f":{port}"), serve(port=port):
        pass


def post(base_url: str, body: bytes, *, path: str = "/v1/chat/completions") -> tuple[int, bytes]:
    place = urlsplit(base_url)
    assert place.hostname is not None
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
    try:
        connection.request("POST", path, body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
