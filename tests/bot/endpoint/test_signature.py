from __future__ import annotations

import pytest
from nacl.signing import SigningKey

from channelwright.endpoint.signature import MAX_AGE_SECONDS, UnverifiedError, public_key, verify
from channelwright.endpoint.web import Request

KEY = SigningKey(b"nine" + bytes(28))
NOW = 1_795_000_000
BODY = b'{"type":1}'


def signed(body: bytes = BODY, timestamp: str = str(NOW), key: SigningKey = KEY) -> dict[str, str]:
    signature = key.sign(timestamp.encode() + body).signature.hex()
    return {"x-signature-timestamp": timestamp, "x-signature-ed25519": signature}


def refusal(headers: dict[str, str], body: bytes = BODY, method: str = "POST", now: float = NOW) -> str:
    with pytest.raises(UnverifiedError) as refused:
        verify(Request(method, headers, body), KEY.verify_key, now)
    return str(refused.value)


def test_what_discord_signed_is_accepted_in_either_case_of_the_digits() -> None:
    headers = signed()
    verify(Request("POST", headers, BODY), KEY.verify_key, NOW)
    headers["x-signature-ed25519"] = headers["x-signature-ed25519"].upper()
    verify(Request("POST", headers, BODY), KEY.verify_key, NOW)


@pytest.mark.parametrize("drift", [-MAX_AGE_SECONDS, MAX_AGE_SECONDS])
def test_a_request_is_accepted_up_to_five_minutes_from_now(drift: int) -> None:
    verify(Request("POST", signed(), BODY), KEY.verify_key, NOW + drift)


@pytest.mark.parametrize("drift", [-MAX_AGE_SECONDS - 1, MAX_AGE_SECONDS + 1])
def test_a_replay_and_a_request_from_the_future_are_refused(drift: int) -> None:
    assert refusal(signed(), now=NOW + drift) == "the timestamp is too far away"


def test_anything_but_a_post_is_refused_before_the_signature_is_looked_at() -> None:
    assert refusal(signed(), method="GET") == "not a POST"


@pytest.mark.parametrize("body", [b"", BODY[:-1], BODY + b" ", BODY.replace(b"1", b"2"), b'{"type": 1}'])
def test_an_altered_truncated_or_rewritten_body_is_refused(body: bytes) -> None:
    assert refusal(signed(), body) == "the signature does not fit"


def test_the_signature_of_another_key_is_refused() -> None:
    assert refusal(signed(key=SigningKey(bytes(32)))) == "the signature does not fit"


@pytest.mark.parametrize(
    "timestamp", ["", "abc", "-1", "1.5", "1" * 21, " 1795000000", "1795000000\n", "\uff11\uff17\uff19\uff15"]
)
def test_a_timestamp_that_is_not_digits_is_refused_even_when_it_was_signed(timestamp: str) -> None:
    assert refusal(signed(timestamp=timestamp)) == "no timestamp"


@pytest.mark.parametrize("signature", ["", "zz" * 64, "ab" * 63, "ab" * 65, " " + "ab" * 63 + "a", "é" * 128])
def test_a_signature_that_is_not_64_bytes_in_hexadecimal_is_refused(signature: str) -> None:
    assert refusal(signed() | {"x-signature-ed25519": signature}) == "no signature"


@pytest.mark.parametrize("header", ["x-signature-timestamp", "x-signature-ed25519"])
def test_a_request_without_one_of_the_headers_is_refused(header: str) -> None:
    headers = signed()
    del headers[header]
    assert refusal(headers).startswith("no ")


@pytest.mark.parametrize("text", ["", "ab" * 31, "ab" * 33, "zz" * 32, " " + "ab" * 31 + "a"])
def test_a_public_key_that_cannot_be_one_is_said_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="DISCORD_PUBLIC_KEY is not 64 hexadecimal digits"):
        public_key(text)
