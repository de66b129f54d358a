"""Faults of statuses, framing, redirects and time."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from dataclasses import replace

from specproof.apis.faults import Alter, Answer
from specproof.targets.faults.rows import Row, simply

__all__ = ["ROWS"]

_SLOW = 12.0
"""Seconds; more than any budget of a run that is not set on purpose."""

_INTERNAL = b'{"errors":[{"code":"internal","title":"Something went wrong"}]}'


def _status(status: int) -> Alter:
    return lambda answer: replace(answer, status=status)


def _empty(status: int) -> Alter:
    return lambda answer: replace(answer.without("content-type"), status=status, body=b"")


def _every(count: int, alter: Alter) -> Alter:
    return lambda answer: alter(answer) if answer.number % count == count - 1 else answer


def _failing(status: int) -> Alter:
    return lambda answer: replace(answer, status=status, body=_INTERNAL)


def _redirected(status: int, location: Callable[[Answer], str]) -> Alter:
    def alter(answer: Answer) -> Answer:
        moved = answer.without("content-type").having("location", location(answer))
        return replace(moved, status=status, body=b"")

    return alter


def _coded(coding: str, encode: Callable[[bytes], bytes]) -> Alter:
    return lambda answer: replace(
        answer.having("content-encoding", coding), body=encode(answer.body)
    )


ROWS: tuple[Row, ...] = (
    Row(
        "refusal-wanders",
        "http",
        "missing",
        "every third request for what does not exist is answered 400, not 404",
        "The branch for what is missing is taken now and then.",
        simply(_every(3, _status(400))),
    ),
    Row(
        "success-418",
        "http",
        "success",
        "a success has a status that nobody documented (418)",
        "Callers have no branch for it and take a success for an error.",
        simply(_status(418)),
    ),
    Row(
        "success-299",
        "http",
        "success",
        "a success has a status of its own making (299)",
        "Generated clients return nothing for it.",
        simply(_status(299)),
    ),
    Row(
        "success-accepted",
        "http",
        "success",
        "a success is answered 202 although the work is done at once",
        "Callers begin to poll for an end that came already.",
        simply(_status(202)),
    ),
    Row(
        "success-partial",
        "http",
        "success",
        "a whole body is answered 206",
        "Caches and clients keep it as a fragment.",
        simply(_status(206)),
    ),
    Row(
        "success-no-content",
        "http",
        "success",
        "a success comes as 204 without the documented body",
        "Clients that read the body get none.",
        simply(_empty(204)),
    ),
    Row(
        "success-empty",
        "http",
        "success",
        "a success has no body",
        "Clients that parse the body raise.",
        simply(_empty(200)),
    ),
    Row(
        "success-reported-as-failure",
        "http",
        "success",
        "the work is done and the answer says 502",
        "Callers try again what was done.",
        simply(_failing(502)),
    ),
    Row(
        "refusal-as-server-error",
        "http",
        "refusal",
        "a mistake of the caller is answered 502",
        "Callers retry what can never succeed.",
        simply(_failing(502)),
    ),
    Row(
        "refusal-as-success",
        "http",
        "refusal",
        "a refusal is answered 200 with the error in its body",
        "Callers that trust the status believe that it was done.",
        simply(_status(200)),
    ),
    Row(
        "refusal-empty-success",
        "http",
        "refusal",
        "a refusal is answered 200 without a body",
        "Callers believe that it was done.",
        simply(_empty(200)),
    ),
    Row(
        "missing-as-server-error",
        "http",
        "missing",
        "an unknown resource is answered 500",
        "Callers retry, and alarms go off for a typing mistake.",
        simply(_failing(500)),
    ),
    Row(
        "unauthenticated-as-success",
        "authentication",
        "unauthenticated",
        "a refused key is answered 200",
        "Callers believe that they are logged in and that the work was done.",
        simply(_status(200)),
    ),
    Row(
        "unauthenticated-redirected",
        "authentication",
        "unauthenticated",
        "a refused key leads to a login page of another host",
        "Programs follow, with their credentials, and parse HTML.",
        simply(_redirected(302, lambda _: "https://login.invalid/")),
    ),
    Row(
        "redirect-elsewhere",
        "http",
        "success",
        "a success is a redirect to another host",
        "Clients that follow hand their credentials to a stranger.",
        simply(_redirected(307, lambda _: "https://elsewhere.invalid/")),
    ),
    Row(
        "redirect-here",
        "http",
        "success",
        "a success is a redirect to the same host",
        "Clients repeat the deletion or give up.",
        simply(_redirected(302, lambda answer: f"/moved{answer.call.path}")),
    ),
    Row(
        "every-third-fails",
        "http",
        "success",
        "every third success is answered 500 although the work is done",
        "Failures that come and go are retried and hide for months.",
        simply(_every(3, _failing(500))),
    ),
    Row(
        "every-third-empty",
        "http",
        "success",
        "every third success has no body",
        "Clients that parse the body raise now and then.",
        simply(_every(3, _empty(200))),
    ),
    Row(
        "body-cut",
        "protocol",
        "success",
        "the connection closes before Content-Length is reached",
        "Clients raise a transport error for a deletion that was done.",
        simply(lambda answer: replace(answer, cut=len(answer.body) // 2)),
    ),
    Row(
        "chunked-cut",
        "protocol",
        "success",
        "a chunked body ends without its last chunk",
        "Clients raise a transport error for a deletion that was done.",
        simply(lambda answer: replace(answer, chunks=2, cut=len(answer.body) // 2)),
    ),
    Row(
        "refusal-cut",
        "protocol",
        "refusal",
        "the connection closes in the middle of an error body",
        "Nobody learns what was wrong.",
        simply(lambda answer: replace(answer, cut=len(answer.body) // 2)),
    ),
    Row(
        "no-answer",
        "protocol",
        "success",
        "the connection closes without an answer once the work is done",
        "Callers do not know whether it was done.",
        simply(lambda answer: replace(answer, cut=-1)),
    ),
    Row(
        "content-length-more",
        "protocol",
        "success",
        "Content-Length says more than is sent",
        "Clients wait for bytes that never come.",
        simply(lambda answer: replace(answer, extra_length=7)),
    ),
    Row(
        "content-length-less",
        "protocol",
        "success",
        "Content-Length says less than is sent",
        "Clients cut the body, or read its rest as the next answer.",
        simply(lambda answer: replace(answer, extra_length=-7)),
    ),
    Row(
        "gzip-not",
        "protocol",
        "success",
        "Content-Encoding says gzip and the body is plain",
        "HTTP libraries raise while decoding.",
        simply(_coded("gzip", bytes)),
    ),
    Row(
        "gzip-truncated",
        "protocol",
        "success",
        "a gzip body lacks its end",
        "Some libraries raise, others hand on half of it.",
        simply(_coded("gzip", lambda body: gzip.compress(body, mtime=0)[:-9])),
    ),
    Row(
        "gzip-checksum-wrong",
        "protocol",
        "refusal",
        "a gzip body has a wrong checksum",
        "Libraries that check it raise, others hand on what may be damaged.",
        simply(_coded("gzip", lambda body: gzip.compress(body, mtime=0)[:-8] + bytes(8))),
    ),
    Row(
        "deflate-not",
        "protocol",
        "refusal",
        "Content-Encoding says deflate and the body is plain",
        "HTTP libraries raise while decoding.",
        simply(_coded("deflate", bytes)),
    ),
    Row(
        "gzip-unlabelled",
        "protocol",
        "success",
        "the body is gzip and no Content-Encoding says so",
        "Clients parse compressed bytes.",
        simply(lambda answer: replace(answer, body=gzip.compress(answer.body, mtime=0))),
    ),
    Row(
        "gzip-twice",
        "protocol",
        "success",
        "the body is compressed twice and labelled once",
        "Clients parse compressed bytes.",
        simply(_coded("gzip", lambda body: gzip.compress(gzip.compress(body, mtime=0), mtime=0))),
    ),
    Row(
        "coding-unasked",
        "protocol",
        "success",
        "the body has a content coding that nobody accepts",
        "Clients can not decode it.",
        simply(_coded("x-specproof", zlib.compress)),
    ),
    Row(
        "slow-success",
        "timing",
        "success",
        "a success takes far too long",
        "Callers run into their timeouts and do not know whether it was done.",
        simply(lambda answer: replace(answer, delay=_SLOW)),
    ),
    Row(
        "slow-refusal",
        "timing",
        "refusal",
        "a refusal takes far too long",
        "Pools of connections run dry.",
        simply(lambda answer: replace(answer, delay=_SLOW)),
    ),
    Row(
        "slow-now-and-then",
        "timing",
        "any",
        "every fifth answer takes far too long",
        "The slowest requests decide how a service feels.",
        simply(_every(5, lambda answer: replace(answer, delay=_SLOW))),
    ),
    Row(
        "slow-unauthenticated",
        "timing",
        "unauthenticated",
        "refusing a key takes far too long",
        "Anybody can hold the server's connections.",
        simply(lambda answer: replace(answer, delay=_SLOW)),
    ),
)
"""Faults of HTTP itself, over the tested operation of any API."""
