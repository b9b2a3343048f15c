import type { Message } from "@/lib/api/types";
import { platformName } from "@/lib/names";

type Sent = Pick<Message, "userName" | "userId" | "userType" | "system" | "platform">;

/** What to call who a message is by; announcements of the platform are nobody's, and their id says nothing to people. */
export function senderName({ userName, userId, userType, system, platform }: Sent): string {
  if (userName) return userName;
  if (system) return "System message";
  if (userType === "system") return platformName(platform);
  return userId ?? "Unknown sender";
}
