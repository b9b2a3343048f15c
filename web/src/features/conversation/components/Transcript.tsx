import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { useEffect, useLayoutEffect, useRef } from "react";

import { ProblemAlert } from "@/components/ProblemAlert";
import type { useConversation } from "@/features/conversation/api/useConversation";
import styles from "@/features/conversation/components/Conversation.module.css";
import { PlaceContext } from "@/features/conversation/components/place";
import { ThreadItem } from "@/features/conversation/components/ThreadItem";
import { type Day, groupDays, groupThreads, mergePages } from "@/features/conversation/thread";
import { formatDay } from "@/lib/time";

interface TranscriptProps {
  conversation: ReturnType<typeof useConversation>;
  /** The message to point out, or a time. */
  around: string | null;
}

/** The messages of a conversation, day by day, and ways to load what came before and after. */
export function Transcript({ conversation, around }: TranscriptProps) {
  const pages = conversation.data?.pages ?? [];
  const messages = mergePages(pages);
  const days = groupDays(groupThreads(messages));
  const list = useRef<HTMLDivElement>(null);
  const keepPlace = usePlaceKept(list, messages[0]?.messageId);
  useAnchorShown(list);
  const earlier = () => {
    keepPlace();
    void conversation.fetchPreviousPage();
  };
  return (
    <PlaceContext value={{ anchor: around, shared: pages[0]?.channel.external ?? false }}>
      <div ref={list} className={styles.transcript}>
        <Edge
          more={conversation.hasPreviousPage}
          label="Load earlier messages"
          end="This is the beginning of what the archive holds of it."
          loading={conversation.isFetchingPreviousPage}
          error={conversation.isFetchPreviousPageError ? conversation.error : null}
          onMore={earlier}
        />
        {messages.length === 0 ? (
          <Box textAlign="center" padding={{ vertical: "xl" }} color="text-body-secondary">
            No messages were captured here.
          </Box>
        ) : null}
        {days.map((day) => (
          <DaySection key={day.key} day={day} />
        ))}
        <Edge
          more={conversation.hasNextPage}
          label="Load later messages"
          end="This is the latest the archive holds of it."
          loading={conversation.isFetchingNextPage}
          error={conversation.isFetchNextPageError ? conversation.error : null}
          onMore={() => void conversation.fetchNextPage()}
        />
      </div>
    </PlaceContext>
  );
}

function DaySection({ day }: { day: Day }) {
  const title = day.date === null ? "Time unknown" : formatDay(day.date);
  return (
    <section aria-label={title}>
      <h2 className={styles.day}>
        <span>{title}</span>
      </h2>
      <ol className={styles.items}>
        {day.items.map((item) => (
          <ThreadItem key={item.kind === "message" ? item.message.messageId : `in ${item.threadId}`} item={item} />
        ))}
      </ol>
    </section>
  );
}

interface EdgeProps {
  more: boolean;
  label: string;
  end: string;
  loading: boolean;
  error: unknown;
  onMore: () => void;
}

function Edge({ more, label, end, loading, error, onMore }: EdgeProps) {
  return (
    <div className={styles.edge}>
      {error === null ? null : <ProblemAlert error={error} />}
      {more ? (
        <Button loading={loading} onClick={onMore}>
          {label}
        </Button>
      ) : (
        <Box variant="small">{end}</Box>
      )}
    </div>
  );
}

/** Brings the anchor message to the middle of the screen, and the keyboard with it, once. */
function useAnchorShown(list: React.RefObject<HTMLDivElement | null>) {
  useEffect(() => {
    const anchor = list.current?.querySelector<HTMLElement>("[data-anchor='true']");
    anchor?.scrollIntoView({ block: "center" });
    anchor?.focus({ preventScroll: true });
  }, [list]);
}

/**
 * Keeps what the reader looks at in its place when earlier messages come in above it.
 *
 * @returns what to call before asking for them.
 */
function usePlaceKept(list: React.RefObject<HTMLDivElement | null>, first: string | undefined): () => void {
  const place = useRef<{ id: string; top: number } | null>(null);
  useLayoutEffect(() => {
    const kept = place.current;
    if (kept === null || kept.id === first) return;
    place.current = null;
    const element = list.current?.querySelector(`[data-message="${CSS.escape(kept.id)}"]`);
    if (element) window.scrollBy(0, element.getBoundingClientRect().top - kept.top);
  }, [list, first]);
  return () => {
    const element = list.current?.querySelector<HTMLElement>("[data-message]");
    const id = element?.dataset.message;
    if (element && id) place.current = { id, top: element.getBoundingClientRect().top };
  };
}
