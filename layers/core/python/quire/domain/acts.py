"""What an event says that somebody did to a message. Pure."""

from typing import Literal, NamedTuple

from quire.domain.events import ANYONE, Actor, Event, MessageCreated, MessageDeleted, MessageEdited, Reaction
from quire.domain.ids import SubjectId, subject_id

ActKind = Literal["wrote", "edited", "deleted", "reacted", "unreacted"]


class Act(NamedTuple):
    """Somebody did something to a message; ``text`` is what they wrote, ``emoji`` what they reacted with."""

    kind: ActKind
    actor: Actor
    subject_id: SubjectId
    at: str
    text: str | None = None
    emoji: str | None = None


def act_of(event: Event) -> Act | None:
    """The act of a person or program, ``None`` where it was the platform's (an announcement that somebody left is not
    something they wrote), or where nobody tells whose it was."""
    found = _told(event)
    if found is None:
        return None
    kind, actor, text, emoji = found
    if actor is None or not actor.id or actor.type == "system" or actor.id == ANYONE.id:
        return None
    subject = subject_id(event.tenant_id, event.platform, event.workspace_id, actor.id)
    return Act(kind, actor, subject, event.occurred_at, text, emoji)


def _told(event: Event) -> tuple[ActKind, Actor | None, str | None, str | None] | None:
    match event.body:
        case MessageCreated(system=str()) | MessageEdited(system=str()):
            return None
        case MessageCreated(sender=sender, content=content):
            return "wrote", sender, content.text, None
        case MessageEdited(cause="user", sender=sender, edited_by=editor, content=content):
            return "edited", editor or sender, content.text, None
        case MessageDeleted(deleted_by=deleter):
            return "deleted", deleter, None, None
        case Reaction(actor=actor, emoji=emoji):
            return ("reacted" if event.kind == "reaction.added" else "unreacted"), actor, None, emoji
        case _:
            return None
