import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";

import { SafeText } from "@/components/SafeText";
import { Timestamp } from "@/components/Timestamp";
import type { Connection } from "@/lib/api/types";
import { sentence } from "@/lib/names";

const STATUS: Record<Connection["status"], [StatusIndicatorProps.Type, string]> = {
  active: ["success", "At work"],
  degraded: ["warning", "Needs somebody: messages may be missed"],
  paused: ["stopped", "Paused: nothing is taken"],
  removed: ["stopped", "Removed"],
};

/** Whether the connection is at work. */
export function Status({ connection }: { connection: Connection }) {
  const [type, text] = STATUS[connection.status];
  const troubled = connection.status === "active" && connection.health.troubles.length > 0;
  return <StatusIndicator type={troubled ? "info" : type}>{troubled ? "At work, with a note" : text}</StatusIndicator>;
}

/** What is wrong with the connection, the worst first. */
export function Troubles({ connection }: { connection: Connection }) {
  if (connection.health.troubles.length === 0) return null;
  return (
    <SpaceBetween size="xxs">
      {connection.health.troubles.map((trouble) => (
        <div key={`${trouble.source} ${trouble.code}`}>
          <StatusIndicator type={trouble.degraded ? "warning" : "info"}>{sentence(trouble.code)}</StatusIndicator>
          <div>
            <SafeText text={trouble.detail} />
          </div>
          <Box variant="small" display="block">
            {sentence(trouble.source)}, since <Timestamp at={trouble.since} />
          </Box>
        </div>
      ))}
    </SpaceBetween>
  );
}

/** When something was last captured by the connection, or that nothing ever was. */
export function LastActivity({ connection }: { connection: Connection }) {
  if (!connection.lastActivityAt) return <>Nothing captured yet</>;
  return (
    <>
      Last captured <Timestamp at={connection.lastActivityAt} />
    </>
  );
}
