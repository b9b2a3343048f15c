"""What Lambda tells a handler of its own invocation."""

from aws_lambda_powertools.utilities.typing import LambdaContext


class _Context(LambdaContext):
    def __init__(self) -> None:
        self._function_name = "function"
        self._memory_limit_in_mb = 128
        self._invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:function"
        self._aws_request_id = "00000000-0000-4000-8000-000000000000"


CONTEXT: LambdaContext = _Context()
