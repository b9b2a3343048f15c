"""A queue of work with its dead letters, and the function that does the work."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.alarms import Watch
from infra.constructs.python_function import PythonFunction
from infra.stages import Stage

TAKE = [
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:ReceiveMessage",
]
TRIES = 5
LATE_MINUTES = 5


class WorkQueue(Construct):
    """``queue`` and ``dead_letters``, both encrypted and refusing anything but TLS.

    ``worker_timeout`` (seconds) is its function's: a message stays invisible six times as long, as Lambda asks for
    (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html). Alarms call the queue ``name``, and say
    ``late`` of work that waits longer than ``late_minutes``.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        stage: Stage,
        key: kms.IKey,
        worker_timeout: int,
        name: str = "",
        late_minutes: int = LATE_MINUTES,
        late: str = "archived is not yet searchable",
    ) -> None:
        super().__init__(scope, id_)
        self._name = name or id_.lower()
        self._late_minutes = late_minutes
        self._late = late
        removal = RemovalPolicy.RETAIN if stage.retain else RemovalPolicy.DESTROY
        self.dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            enforce_ssl=True,
            removal_policy=removal,
            retention_period=Duration.days(14),
        )
        self.queue = sqs.Queue(
            self,
            "Queue",
            dead_letter_queue=sqs.DeadLetterQueue(max_receive_count=TRIES, queue=self.dead_letters),
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            enforce_ssl=True,
            removal_policy=removal,
            retention_period=Duration.days(14),
            visibility_timeout=Duration.seconds(6 * worker_timeout),
        )

    def feed(self, worker: PythonFunction, *, batch: int, concurrency: int, scope: Construct | None = None) -> None:
        """Give messages to ``worker``, which answers which of a batch failed; only those come again.

        A worker of another stack than the queue's has to be fed from there: ``scope``.
        """
        worker.allow("TakeWork", TAKE, [self.queue.queue_arn])
        mapping = lambda_.EventSourceMapping(
            scope or self,
            "Mapping",
            batch_size=batch,
            event_source_arn=self.queue.queue_arn,
            max_concurrency=concurrency,
            report_batch_item_failures=True,
            target=worker.function,
        )
        mapping.node.add_dependency(worker.role)

    def watches(self) -> list[Watch]:
        """Any dead letter, and work that waits."""
        minute = Duration.minutes(1)
        name = self._name
        return [
            Watch(
                f"{name}-dead-letters",
                self.dead_letters.metric_approximate_number_of_messages_visible(period=minute, statistic="Maximum"),
                1,
                f"Work of the queue {name} failed {TRIES} times: mend the cause, then redrive the dead letters.",
            ),
            Watch(
                f"{name}-waits",
                self.queue.metric_approximate_age_of_oldest_message(period=minute, statistic="Maximum"),
                self._late_minutes * 60,
                f"Work waits {self._late_minutes} minutes in the queue {name}: {self._late}.",
                periods=3,
            ),
        ]
