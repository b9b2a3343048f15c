"""What Slack's own verifier says about our Slack."""

import json

from slack_sdk.signature import SignatureVerifier

from infra.local.senders.slack import Retry, SlackSender, encode

SENDER = SlackSender("http://127.0.0.1:4580/hooks/slack/c1", "a-signing-secret-of-the-tests")
NOW = 1_772_438_400


class _Clock:
    def now(self) -> float:
        return NOW + 2.0


def test_the_vendors_verifier_accepts_the_signature() -> None:
    outgoing = SENDER.request(encode({"type": "event_callback", "text": "naïve 価格 🎉"}), NOW)
    verifier = SignatureVerifier(SENDER.signing_secret, clock=_Clock())  # type: ignore[arg-type]
    assert verifier.is_valid_request(outgoing.body, dict(outgoing.headers))


def test_the_vendors_verifier_refuses_another_secret() -> None:
    outgoing = SENDER.request(b"{}", NOW)
    verifier = SignatureVerifier("another-secret", clock=_Clock())  # type: ignore[arg-type]
    assert not verifier.is_valid_request(outgoing.body, dict(outgoing.headers))


def test_the_first_attempt_carries_no_retry_headers() -> None:
    headers = SENDER.request(b"{}", NOW).headers
    assert headers["User-Agent"].startswith("Slackbot 1.0")
    assert not [name for name in headers if name.startswith("X-Slack-Retry")]


def test_a_retry_says_which_and_why_and_is_signed_anew() -> None:
    first = SENDER.request(b"{}", NOW)
    again = SENDER.request(b"{}", NOW + 60, Retry(2, "http_timeout"))
    assert again.headers["X-Slack-Retry-Num"] == "2"
    assert again.headers["X-Slack-Retry-Reason"] == "http_timeout"
    assert again.headers["X-Slack-Signature"] != first.headers["X-Slack-Signature"]
    assert again.body == first.body


def test_json_is_written_as_slack_writes_it() -> None:
    value = {"url": "https://a.example/b", "text": "é 🎉"}
    written = encode(value)
    assert written == b'{"url":"https:\\/\\/a.example\\/b","text":"\\u00e9 \\ud83c\\udf89"}'
    assert json.loads(written) == value
