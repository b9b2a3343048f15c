import Badge from "@cloudscape-design/components/badge";

import type { Message } from "@/lib/api/types";

type Facts = Pick<Message, "editedAt" | "deletedAt" | "external" | "userType" | "system" | "broadcast">;

/** What a reader should know of a message before its words. */
export function MessageBadges({ message }: { message: Facts }) {
  return (
    <>
      {message.userType === "bot" || message.userType === "app" ? <Badge color="grey">Bot</Badge> : null}
      {message.system ? <Badge color="grey">System</Badge> : null}
      {message.external ? <Badge color="severity-medium">External</Badge> : null}
      {message.broadcast ? <Badge color="grey">Also sent to channel</Badge> : null}
      {message.editedAt ? <Badge color="blue">Edited</Badge> : null}
      {message.deletedAt ? <Badge color="red">Deleted</Badge> : null}
    </>
  );
}
