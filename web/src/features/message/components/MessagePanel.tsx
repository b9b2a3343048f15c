import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import KeyValuePairs, { type KeyValuePairsProps } from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import type { ReactNode } from "react";

import { PlatformBadge } from "@/components/PlatformBadge";
import { ProblemAlert } from "@/components/ProblemAlert";
import { SafeText } from "@/components/SafeText";
import { useMay } from "@/components/useMay";
import { useMessage } from "@/features/message/api/useMessage";
import { Evidence } from "@/features/message/components/Evidence";
import { Id } from "@/features/message/components/Fact";
import styles from "@/features/message/components/MessagePanel.module.css";
import type { Message } from "@/lib/api/types";
import { visibleJson } from "@/lib/invisible";
import { formatExact, moment } from "@/lib/time";

/** Everything the archive knows of one message, and where its evidence lies. */
export function MessagePanel({ messageId }: { messageId: string }) {
  const message = useMessage(messageId);
  const mayProve = useMay("ReadEvidence");
  if (message.isPending) return <Spinner />;
  if (message.isError) return <ProblemAlert error={message.error} onRetry={() => void message.refetch()} />;
  return (
    <SpaceBetween size="l">
      <KeyValuePairs columns={1} items={facts(message.data)} />
      {mayProve ? <Evidence messageId={messageId} /> : null}
      <ExpandableSection headerText="As the API gives it (JSON)">
        <Json value={message.data} />
      </ExpandableSection>
    </SpaceBetween>
  );
}

function facts(message: Message): KeyValuePairsProps.Item[] {
  return [
    { label: "Platform", value: <PlatformBadge platform={message.platform} /> },
    named("Sender", message.userName, message.userId),
    named("Conversation", message.channelName, message.channelId),
    time("Sent", message.timestamp),
    time("Edited", message.editedAt),
    time("Deleted", message.deletedAt),
    row("Message id", <Id text={message.messageId} />),
    row("Id on the platform", <Id text={message.platformId} />),
    row("Workspace", message.workspaceId ? <Id text={message.workspaceId} /> : null),
    row("Thread", message.threadId ? <Id text={message.threadId} /> : null),
    row("In reply to", message.parentMessageId ? <Id text={message.parentMessageId} /> : null),
    row("Connection", <Id text={message.connectionId} />),
    row("Revision", message.revision.toLocaleString()),
    row(
      "In the journal",
      message.evidence ? (
        <>
          <Id text={message.evidence.segment} />
          <div>frame {message.evidence.frame}</div>
        </>
      ) : null,
    ),
  ].filter((item) => item !== null);
}

function row(label: string, value: ReactNode): KeyValuePairsProps.Item | null {
  return value === null ? null : { label, value };
}

function named(label: string, name: string | null | undefined, id: string | null | undefined) {
  if (!name && !id) return null;
  return row(
    label,
    <>
      {name ? <SafeText text={name} /> : null}
      {id ? (
        <div>
          <Id text={id} />
        </div>
      ) : null}
    </>,
  );
}

function time(label: string, at: string | null | undefined) {
  if (!at) return null;
  const read = moment(at);
  return row(
    label,
    read === null ? (
      <SafeText text={at} />
    ) : (
      <>
        <div>{formatExact(read.date)}</div>
        <Box variant="small">{read.utc}</Box>
      </>
    ),
  );
}

function Json({ value }: { value: Message }) {
  const text = visibleJson(value);
  return (
    <SpaceBetween size="xs">
      <CopyToClipboard
        copyButtonText="Copy"
        copySuccessText="Copied"
        copyErrorText="Could not be copied"
        textToCopy={text}
      />
      {/* Scrolls by itself, so the keyboard must be able to reach it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className={styles.json} tabIndex={0} aria-label="The message as JSON">
        {text}
      </pre>
    </SpaceBetween>
  );
}
