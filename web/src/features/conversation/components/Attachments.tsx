import Icon, { type IconProps } from "@cloudscape-design/components/icon";
import Link from "@cloudscape-design/components/link";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";

import { MessageText, SafeText } from "@/components/SafeText";
import styles from "@/features/conversation/components/Conversation.module.css";
import type { Attachment } from "@/lib/api/types";
import { formatSize, sentence } from "@/lib/names";

const ICONS: Record<string, IconProps.Name> = {
  file: "file",
  image: "file",
  link: "external",
  card: "view-full",
  quote: "contact",
  unavailable: "status-warning",
};

const KINDS: Record<string, string> = { unavailable: "Not available at the platform" };

const STATUS: Record<Attachment["captureStatus"], [StatusIndicatorProps.Type, string]> = {
  captured: ["success", "Captured"],
  failed: ["error", "Not captured"],
  referenced: ["pending", "Named in the message; its bytes are not captured yet"],
};

/** The files, links and cards a message carries, and whether their bytes are in the archive. */
export function Attachments({ attachments }: { attachments: Attachment[] }) {
  if (attachments.length === 0) return null;
  return (
    <ul className={styles.attachments} aria-label="Attachments">
      {attachments.map((attachment) => (
        <li key={attachment.attachmentId} className={styles.attachment}>
          <Icon name={ICONS[attachment.kind] ?? "file"} variant="subtle" />
          <div className={styles.attachmentBody}>
            <Name attachment={attachment} />
            <div className={styles.note}>
              {[
                KINDS[attachment.kind] ?? sentence(attachment.kind),
                attachment.contentType ?? "",
                attachment.size == null ? "" : formatSize(attachment.size),
                attachment.removed ? "Taken away by an edit" : "",
              ]
                .filter(Boolean)
                .join(" · ")}
            </div>
            <Status attachment={attachment} />
            <Said attachment={attachment} />
          </div>
        </li>
      ))}
    </ul>
  );
}

function Name({ attachment }: { attachment: Attachment }) {
  const name = attachment.name ?? attachment.url ?? (attachment.kind === "link" ? "Link" : "File without a name");
  if (!attachment.url || !isWeb(attachment.url)) return <SafeText text={name} />;
  return (
    <Link href={attachment.url} external rel="noopener noreferrer" externalIconAriaLabel="At the source, in a new tab">
      <SafeText text={name} />
    </Link>
  );
}

/** What a card or a link's preview says; its first line is left out where it only repeats the name. */
function Said({ attachment }: { attachment: Attachment }) {
  const lines = (attachment.text ?? "").split("\n");
  const text = (lines[0] === attachment.name ? lines.slice(1) : lines).join("\n");
  if (text === "") return null;
  return (
    <blockquote className={styles.quote}>
      <MessageText text={text} />
    </blockquote>
  );
}

function Status({ attachment }: { attachment: Attachment }) {
  if (attachment.kind !== "file" && attachment.kind !== "image") return null;
  const [type, text] = STATUS[attachment.captureStatus];
  return <StatusIndicator type={type}>{text}</StatusIndicator>;
}

/** Only web addresses become links: a message may hold any other. */
function isWeb(address: string): boolean {
  return URL.canParse(address) && ["https:", "http:"].includes(new URL(address).protocol);
}
