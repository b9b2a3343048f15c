import Button from "@cloudscape-design/components/button";
import Icon, { type IconProps } from "@cloudscape-design/components/icon";
import Link from "@cloudscape-design/components/link";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";

import { ProblemAlert } from "@/components/ProblemAlert";
import { MessageText, SafeText } from "@/components/SafeText";
import { SourceLink } from "@/components/SourceLink";
import { isWeb, useDownload, usePicture } from "@/components/useFileLink";
import styles from "@/features/conversation/components/Conversation.module.css";
import type { Attachment } from "@/lib/api/types";
import { formatSize, sentence } from "@/lib/names";
import { reasonText } from "@/lib/reasons";

const ICONS: Record<string, IconProps.Name> = {
  file: "file",
  image: "file",
  link: "external",
  card: "view-full",
  quote: "contact",
  unavailable: "status-warning",
};

const STATUS: Record<Attachment["captureStatus"], [StatusIndicatorProps.Type, string]> = {
  captured: ["success", "Captured"],
  failed: ["error", "Not captured"],
  referenced: ["pending", "Named in the message; its bytes are not captured yet"],
};

/** What became of a captured file's text. */
const TEXTS: Record<string, string | undefined> = {
  complete: "Its text can be searched.",
  truncated: "The first part of its text can be searched.",
  failed: "Its text could not be read.",
};

/** The files, links and cards a message carries, and whether their bytes are in the archive. */
export function Attachments({ attachments }: { attachments: Attachment[] }) {
  if (attachments.length === 0) return null;
  return (
    <ul className={styles.attachments} aria-label="Attachments">
      {attachments.map((attachment) => (
        <li key={attachment.attachmentId} className={styles.attachment}>
          {attachment.thumbnailUrl && !attachment.removed ? (
            <Picture address={attachment.thumbnailUrl} name={attachment.name ?? "the file"} />
          ) : (
            <Icon name={ICONS[attachment.kind] ?? "file"} variant="subtle" />
          )}
          <div className={styles.attachmentBody}>
            <Name attachment={attachment} />
            <div className={styles.note}>
              {[
                kindText(attachment),
                attachment.detectedType ?? attachment.contentType ?? "",
                attachment.size == null ? "" : formatSize(attachment.size),
                attachment.removed ? "Taken away by an edit" : "",
              ]
                .filter(Boolean)
                .join(" · ")}
            </div>
            <Status attachment={attachment} />
            {attachment.contentUrl ? <Download address={attachment.contentUrl} name={attachment.name ?? "file"} /> : null}
            <Said attachment={attachment} />
            <SourceLink attachment={attachment} />
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

/** What it is. What the message itself did not hold may have been had all the same. */
function kindText({ kind, captureStatus, forwarded }: Attachment): string {
  if (forwarded) return "Forwarded message";
  if (kind !== "unavailable") return sentence(kind);
  return captureStatus === "captured" ? "File" : "Not in the message";
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
  const { kind, captureStatus, reason, textStatus } = attachment;
  if (kind !== "file" && kind !== "image" && captureStatus === "referenced") return null;
  const [type, text] = STATUS[captureStatus];
  const why = captureStatus === "failed" && reason ? `${reasonText(reason)}.` : "";
  const read = captureStatus === "captured" ? TEXTS[textStatus ?? ""] : undefined;
  return (
    <>
      <StatusIndicator type={type}>{text}</StatusIndicator>
      {why || read ? <div className={styles.note}>{why || read}</div> : null}
    </>
  );
}

/** A small picture of the file, made when it was stored. */
function Picture({ address, name }: { address: string; name: string }) {
  const picture = usePicture(address);
  const url = picture.data?.url;
  if (!url || !isWeb(url)) return <Icon name="file" variant="subtle" />;
  return <img className={styles.picture} src={url} alt={name} loading="lazy" data-picture="" />;
}

function Download({ address, name }: { address: string; name: string }) {
  const download = useDownload(address);
  return (
    <div>
      <Button
        variant="inline-link"
        iconName="download"
        ariaLabel={`Download ${name}`}
        loading={download.isPending}
        onClick={() => download.mutate()}
      >
        Download
      </Button>
      {download.preparing ? <StatusIndicator type="in-progress">A large file: it is being prepared</StatusIndicator> : null}
      {download.isError ? <ProblemAlert error={download.error} /> : null}
    </div>
  );
}
