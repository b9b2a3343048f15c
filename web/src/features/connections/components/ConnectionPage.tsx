import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useParams } from "react-router";

import { PlatformBadge } from "@/components/PlatformBadge";
import { ProblemAlert } from "@/components/ProblemAlert";
import { SafeText } from "@/components/SafeText";
import { Timestamp } from "@/components/Timestamp";
import { useMay } from "@/components/useMay";
import { useConnection, usePlatforms } from "@/features/connections/api/useConnections";
import { ConnectionActions } from "@/features/connections/components/ConnectionActions";
import styles from "@/features/connections/components/Connections.module.css";
import { Coverage, Setup } from "@/features/connections/components/Coverage";
import { LastActivity, Status, Troubles } from "@/features/connections/components/Health";
import { SecretsForm } from "@/features/connections/components/SecretsForm";
import { SettingsForm } from "@/features/connections/components/SettingsForm";
import type { ConnectionDetails, Platform } from "@/lib/api/types";

/** One connection: how it is, what it captures, and what its people may change. */
export function ConnectionPage() {
  const { connectionId = "" } = useParams();
  const connection = useConnection(connectionId);
  const platforms = usePlatforms();
  if (connection.isPending || platforms.isPending) return <Spinner />;
  if (connection.isError) return <ProblemAlert error={connection.error} onRetry={() => void connection.refetch()} />;
  const platform = platforms.data?.find((each) => each.platform === connection.data.platform);
  return <Shown connection={connection.data} platform={platform} />;
}

function Shown({ connection, platform }: { connection: ConnectionDetails; platform: Platform | undefined }) {
  const mayChange = useMay("ChangeConnection");
  return (
    <SpaceBetween size="l">
      <title>{`${connection.name} · Quire`}</title>
      <Header
        variant="h1"
        actions={mayChange ? <ConnectionActions connection={connection} installable={platform?.installable ?? false} /> : null}
      >
        <SafeText text={connection.name} />
      </Header>
      <Container header={<Header variant="h2">How it is</Header>}>
        <SpaceBetween size="m">
          <Status connection={connection} />
          <Troubles connection={connection} />
          <Facts connection={connection} />
        </SpaceBetween>
      </Container>
      {platform ? <About connection={connection} platform={platform} mayChange={mayChange} /> : null}
    </SpaceBetween>
  );
}

function Facts({ connection }: { connection: ConnectionDetails }) {
  const { health, workspaceId } = connection;
  return (
    <KeyValuePairs
      columns={2}
      minColumnWidth={260}
      items={[
        { label: "Platform", value: <PlatformBadge platform={connection.platform} /> },
        { label: "Activity", value: <LastActivity connection={connection} /> },
        { label: "Last task", value: health.lastTaskAt ? <Timestamp at={health.lastTaskAt} /> : "None yet" },
        { label: "Workspace", value: workspaceId ? <SafeText text={workspaceId} /> : "As the deliveries tell" },
        {
          label: "Webhook address",
          value: (
            <CopyToClipboard
              variant="inline"
              textToCopy={connection.webhookUrl}
              textToDisplay={connection.webhookUrl}
              copyButtonAriaLabel="Copy the webhook address"
              copySuccessText="Copied"
              copyErrorText="Could not be copied"
            />
          ),
        },
        { label: "Id", value: <code className={styles.id}>{connection.connectionId}</code> },
      ]}
    />
  );
}

interface AboutProps {
  connection: ConnectionDetails;
  platform: Platform;
  mayChange: boolean;
}

function About({ connection, platform, mayChange }: AboutProps) {
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">What is captured</Header>}>
        <Coverage platform={platform} />
      </Container>
      {mayChange ? (
        <SpaceBetween size="l">
          <SettingsForm connection={connection} platform={platform} />
          <SecretsForm connection={connection} platform={platform} />
          <Container header={<Header variant="h2">At the platform</Header>}>
            <Setup platform={platform} />
          </Container>
        </SpaceBetween>
      ) : (
        <Box color="text-body-secondary">An administrator can change this connection.</Box>
      )}
    </SpaceBetween>
  );
}
