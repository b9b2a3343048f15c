"""SNS: what people want to be told at once: about their connections, and what their saved searches found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quire.aws.errors import translated
from quire.domain.ids import TenantId

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

_SUBJECT = 100  # characters (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html)


@dataclass(frozen=True)
class Notification:
    """One piece of news; ``code`` is a stable word, ``subject`` and ``text`` are for people.

    Subscriptions may filter by the others, and by what it is ``about``: ids by name, none of them empty.
    """

    tenant_id: TenantId
    code: str
    subject: str
    text: str
    about: Mapping[str, str]


class Notifications:
    """Publishes to the topic."""

    def __init__(self, client: SNSClient, topic_arn: str) -> None:
        self._client = client
        self._topic_arn = topic_arn

    def publish(self, news: Notification) -> None:
        """Tell everybody who subscribed.

        Raises:
            UnavailableError: nothing is known about it.
        """
        told = {"tenant": news.tenant_id, "code": news.code, **news.about}
        with translated("sns Publish"):
            self._client.publish(
                TopicArn=self._topic_arn,
                Subject=news.subject.encode("ascii", "replace").decode()[:_SUBJECT],
                Message=news.text,
                MessageAttributes={name: {"DataType": "String", "StringValue": value} for name, value in told.items()},
            )
