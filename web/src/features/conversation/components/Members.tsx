import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";

import { ProblemAlert } from "@/components/ProblemAlert";
import { SafeText } from "@/components/SafeText";
import { Timestamp } from "@/components/Timestamp";
import { useMembers } from "@/features/conversation/api/useMembers";
import styles from "@/features/conversation/components/Conversation.module.css";
import type { Member } from "@/lib/api/types";

type Stay = Member["stays"][number];

/** Who was in the conversation, with when; of a moment, who was there then. */
export function Members({ channelId, asOf }: { channelId: string; asOf: string | null }) {
  const [open, setOpen] = useState(false);
  const members = useMembers(channelId, asOf, open);
  const pages = members.data?.pages ?? [];
  const known = pages.flatMap((page) => page.members);
  return (
    <ExpandableSection
      headerText={asOf === null ? "Members, now and before" : "Members then"}
      headingTagOverride="h2"
      variant="container"
      expanded={open}
      onChange={({ detail }) => setOpen(detail.expanded)}
    >
      <SpaceBetween size="s">
        {members.isPending && open ? <Spinner /> : null}
        {members.isError ? <ProblemAlert error={members.error} onRetry={() => void members.refetch()} /> : null}
        {pages[0]?.othersMayRead ? (
          <Box variant="small">Others of the workspace may have been able to read it without joining.</Box>
        ) : null}
        {members.data && known.length === 0 ? <Box color="text-body-secondary">Nobody is known to have been there.</Box> : null}
        <ul className={styles.items} aria-label="Members">
          {known.map((member) => (
            <li key={member.userId} className={styles.member}>
              <SafeText text={member.name ?? member.platformId ?? member.userId} />{" "}
              {member.standing === "unknown" ? <Badge color="grey">May have been a member</Badge> : null}
              {member.standing === "absent" ? <Badge>Left</Badge> : null}
              {member.stays.map((stay, index) => (
                <div key={index} className={styles.note}>
                  <StayText stay={stay} />
                </div>
              ))}
            </li>
          ))}
        </ul>
        {members.hasNextPage ? (
          <Button loading={members.isFetchingNextPage} onClick={() => void members.fetchNextPage()}>
            More members
          </Button>
        ) : null}
      </SpaceBetween>
    </ExpandableSection>
  );
}

const BEGUN: Record<string, string> = {
  joined: "Joined",
  listed: "Found there, since when is not known,",
  active: "First active there, since when is not known,",
};

function StayText({ stay }: { stay: Stay }) {
  return (
    <>
      {stay.since ? (
        <>
          {BEGUN[stay.sinceToldBy ?? "joined"]} <Timestamp at={stay.since} />
        </>
      ) : (
        "There since nobody knows when"
      )}
      {stay.until ? (
        <>
          {stay.untilTold ? "; left " : "; left untold before "}
          <Timestamp at={stay.until} />
        </>
      ) : null}
    </>
  );
}
