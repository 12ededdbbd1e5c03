"""Servers of others, and the desk's language model, in a line each.

What goes wrong is raised as the step's own failure; a step may leave it alone. It is transient where another try may help:
nobody there, too slow, too many at once, a status of 429 or from 500 up. Else it is permanent: where the desk doesn't let
the request out, its message is the line to add to desk.toml.
"""

import json
from typing import Any, NoReturn

from componentize_py_types import Err
from wit_world.imports import http, model, types

MAY_PASS = (
    http.HttpError_Unreachable, http.HttpError_Timeout, http.HttpError_TooMany,
    model.ModelError_Unavailable, model.ModelError_Timeout, model.ModelError_TooMany,
)


def get_json(url: str) -> Any:
    """What the server has there, read as JSON; None where it has nothing there (404). Needs the grant `http GET`."""
    return _exchanged("GET", url, None)


def post_json(url: str, body: Any) -> Any:
    """What the server answers to this. Needs the grant `http POST`."""
    return _exchanged("POST", url, json.dumps(body, ensure_ascii=False))


def ask(instructions: str, text: str, most_tokens: int | None = None) -> str:
    """What the model makes of a text. Needs the grant `model`."""
    try:
        return model.complete(instructions, text, most_tokens).text
    except Err as error:
        _fail(isinstance(error.value, MAY_PASS), error.value.value)


def _exchanged(method: str, url: str, body: str | None) -> Any:
    headers = [types.Field("accept", "application/json")]
    if body is not None:
        headers.append(types.Field("content-type", "application/json"))
    try:
        answer = http.send(http.Request(method, url, headers, body))
    except Err as error:
        _fail(isinstance(error.value, MAY_PASS), error.value.value)
    if answer.status == 404 and method == "GET":
        return None
    if not 200 <= answer.status <= 299:
        _fail(answer.status == 429 or answer.status > 499, f"{url} answered {answer.status}")
    try:
        return json.loads(answer.body) if answer.body else None
    except ValueError:
        _fail(False, f"{url} answered with something that isn't JSON")


def _fail(may_pass: bool, message: str) -> NoReturn:
    if may_pass:
        raise Err(types.StepError_Transient(types.TransientError(message, None)))
    raise Err(types.StepError_Permanent(types.PermanentError(message)))
