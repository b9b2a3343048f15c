import { RouterLink } from "@/components/RouterLink";
import styles from "@/features/conversation/components/Conversation.module.css";
import { MessageItem } from "@/features/conversation/components/MessageItem";
import type { Item } from "@/features/conversation/thread";
import type { Message } from "@/lib/api/types";

/** A message with its thread beneath it; or the loaded part of a thread that began elsewhere. */
export function ThreadItem({ item }: { item: Item }) {
  if (item.kind === "message") {
    return (
      <li>
        <MessageItem message={item.message} />
        {item.replies.length > 0 ? <Replies replies={item.replies} /> : null}
      </li>
    );
  }
  const channelId = item.replies[0]?.channelId;
  return (
    <li>
      <div className={styles.elsewhere}>
        A thread that began outside this stretch.{" "}
        {channelId ? (
          <RouterLink to={`/conversations/${encodeURIComponent(channelId)}?around=${encodeURIComponent(item.threadId)}`}>
            Go to its first message
          </RouterLink>
        ) : null}
      </div>
      <Replies replies={item.replies} />
    </li>
  );
}

function Replies({ replies }: { replies: Message[] }) {
  const count = replies.length === 1 ? "1 reply" : `${replies.length.toLocaleString()} replies`;
  return (
    <section className={styles.thread} aria-label={`Thread, ${count}`}>
      <div className={styles.count}>{count}</div>
      <ol className={styles.items}>
        {replies.map((reply) => (
          <li key={reply.messageId}>
            <MessageItem message={reply} />
          </li>
        ))}
      </ol>
    </section>
  );
}
