import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import LiveRegion from "@cloudscape-design/components/live-region";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useNavigate } from "react-router";

import { PlatformBadge } from "@/components/PlatformBadge";
import { ProblemAlert } from "@/components/ProblemAlert";
import { RouterLink } from "@/components/RouterLink";
import { SafeText } from "@/components/SafeText";
import { useMay } from "@/components/useMay";
import { useConnections } from "@/features/connections/api/useConnections";
import styles from "@/features/connections/components/Connections.module.css";
import { LastActivity, Status, Troubles } from "@/features/connections/components/Health";
import type { Connection } from "@/lib/api/types";

/** Every link to a platform, and whether it is at work. */
export function ConnectionsPage() {
  const navigate = useNavigate();
  const connections = useConnections();
  const mayAdd = useMay("AddConnection");
  return (
    <SpaceBetween size="l">
      <title>Connections · Quire</title>
      <Header
        variant="h1"
        counter={connections.data ? `(${connections.data.length})` : undefined}
        description="The platforms that are captured, and whether anything keeps them from it."
        actions={
          mayAdd ? (
            <Button variant="primary" onClick={() => void navigate("/connections/new")}>
              Connect a platform
            </Button>
          ) : null
        }
      >
        Connections
      </Header>
      {connections.isPending ? (
        <Box textAlign="center" padding={{ vertical: "xxl" }}>
          <LiveRegion>
            <Spinner /> Loading the connections
          </LiveRegion>
        </Box>
      ) : null}
      {connections.isError ? (
        <ProblemAlert error={connections.error} onRetry={() => void connections.refetch()} />
      ) : null}
      {connections.data ? <List connections={connections.data} /> : null}
    </SpaceBetween>
  );
}

function List({ connections }: { connections: Connection[] }) {
  if (connections.length === 0) {
    return (
      <Box textAlign="center" padding={{ vertical: "xl" }} color="text-body-secondary">
        No platform is connected yet.
      </Box>
    );
  }
  return (
    <ul className={styles.list}>
      {connections.map((connection) => (
        <li key={connection.connectionId} className={styles.row}>
          <span className={styles.name}>
            <RouterLink to={`/connections/${encodeURIComponent(connection.connectionId)}`}>
              <SafeText text={connection.name} />
            </RouterLink>
            <PlatformBadge platform={connection.platform} />
          </span>
          <div>
            <Status connection={connection} />
            <Troubles connection={connection} />
          </div>
          <span className={styles.when}>
            <LastActivity connection={connection} />
          </span>
        </li>
      ))}
    </ul>
  );
}
