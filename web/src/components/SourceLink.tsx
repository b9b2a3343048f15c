import { RouterLink } from "@/components/RouterLink";
import type { Attachment } from "@/lib/api/types";

/** The way to the message that was passed on, where the archive has it. */
export function SourceLink({ attachment: { sourceChannelId: channel, sourceMessageId: message } }: { attachment: Attachment }) {
  if (!channel || !message) return null;
  return (
    <RouterLink to={`/conversations/${encodeURIComponent(channel)}?around=${encodeURIComponent(message)}`}>
      Show the message that was forwarded
    </RouterLink>
  );
}
