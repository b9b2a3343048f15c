"""SES: mails with the product as their sender."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import EmailMessage
from typing import TYPE_CHECKING

from quire.aws.errors import translated

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client


class Mail:
    """Sends as ``sender``, an address (or of a domain) that SES was shown to be ours."""

    def __init__(self, client: SESV2Client, sender: str) -> None:
        self._client = client
        self._sender = sender

    def send(self, to: str, subject: str, text: str, attachments: Mapping[str, bytes]) -> None:
        """One mail to one address; attachments by name, their bytes kept as they are.

        Raises:
            UnavailableError: SES did not take it, also because the address or the sender is not allowed.
        """
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, to, subject
        message.set_content(text)
        for name, data in attachments.items():
            message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
        with translated("ses SendEmail"):
            self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [to]},
                Content={"Raw": {"Data": message.as_bytes()}},
            )
