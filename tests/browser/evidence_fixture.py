"""``python -m tests.browser.evidence_fixture``: writes the evidence that the console's own tests check.

Messages sealed, published, stamped and proven by the archive's code over mocked AWS, as the API answers.
"""

import json
import random
from pathlib import Path
from typing import Any

from moto.moto_api._internal import mock_random

from quire.api.evidence import evidence_of
from tests.fixed_authority import fixed_authority
from tests.moto_aws import NOW, stack
from tests.packing import of, week
from tests.pretend import fact
from tests.sealing import ACME, capture

FIXTURE = Path(__file__).parents[2] / "web" / "src" / "testing" / "evidence.json"


def answers() -> dict[str, Any]:
    """By what became of the message: what ``GET /v1/messages/{messageId}/evidence`` answers of it."""
    mock_random.seed(5)
    dice = random.Random(5)  # noqa: S311 - keys of nobody
    with stack() as aws:
        house = week(aws, dice.randbytes)
        house.stamp(fixed_authority(), [3])
        capture(aws, fact("m7"), first=300)

        def answer(native: str) -> Any:
            proof = house.prover().prove(ACME, house.events(native))
            return evidence_of(of(native), proof).model_dump(mode="json", by_alias=True)

        told = {"stamped": answer("m1"), "unstamped": answer("m6"), "captured": answer("m7")}
        house.sealer.seal(ACME, NOW)
        return told | {"sealed": answer("m7")}


if __name__ == "__main__":
    FIXTURE.write_text(json.dumps(answers(), indent=1, ensure_ascii=False) + "\n", "utf-8")
