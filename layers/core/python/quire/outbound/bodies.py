"""Bodies of answers that are read whole, opened where the platform packed them though nobody asked it to."""

import zlib

from quire.domain.errors import MalformedError, OutOfReachError
from quire.outbound.transport import Reply

_WINDOWS = {"gzip": 31, "x-gzip": 31, "deflate": 15}


def whole_body(reply: Reply, most: int) -> bytes:
    """The body, at most ``most`` bytes of it, packed or not.

    Raises:
        OutOfReachError: it is larger (``too_large``).
        BadFileError: it is not all there.
        MalformedError: it is packed in a way that is not known, or wrongly.
    """
    body = b"".join(reply.chunks(most))
    encoding = reply.headers.get("content-encoding", "identity").strip().lower()
    if encoding in {"identity", ""} or not body:
        return body
    if encoding not in _WINDOWS:
        raise MalformedError("the platform's answer is packed in a way that was not asked for")
    unpacking = zlib.decompressobj(_WINDOWS[encoding])
    try:
        opened = unpacking.decompress(body, most)
    except zlib.error as error:
        raise MalformedError("the platform's answer is packed wrongly") from error
    if unpacking.unconsumed_tail:
        raise OutOfReachError("too_large", f"the answer is larger than {most} bytes")
    return opened
