import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useNavigate } from "react-router";

import { ProblemAlert } from "@/components/ProblemAlert";
import { useBeginInstall, useChangeConnection, useRemoveConnection } from "@/features/connections/api/useConnections";
import type { ConnectionDetails } from "@/lib/api/types";
import { platformName } from "@/lib/names";

/** Install, pause, remove. */
export function ConnectionActions({ connection, installable }: { connection: ConnectionDetails; installable: boolean }) {
  const [asking, setAsking] = useState(false);
  const change = useChangeConnection(connection.connectionId);
  const install = useBeginInstall(connection.connectionId);
  const paused = connection.status === "paused";
  const error = change.error ?? install.error;
  const leave = () => install.mutate(null, { onSuccess: ({ authorizeUrl }) => location.assign(authorizeUrl) });
  return (
    <SpaceBetween size="s">
      <SpaceBetween direction="horizontal" size="xs">
        {installable ? (
          <Button variant="primary" iconName="external" loading={install.isPending} onClick={leave}>
            Install in {platformName(connection.platform)}
          </Button>
        ) : null}
        <Button loading={change.isPending} onClick={() => change.mutate({ status: paused ? "active" : "paused" })}>
          {paused ? "Resume" : "Pause"}
        </Button>
        <Button onClick={() => setAsking(true)}>Remove</Button>
      </SpaceBetween>
      {error ? <ProblemAlert error={error} /> : null}
      {asking ? <RemoveDialog connection={connection} onClose={() => setAsking(false)} /> : null}
    </SpaceBetween>
  );
}

function RemoveDialog({ connection, onClose }: { connection: ConnectionDetails; onClose: () => void }) {
  const navigate = useNavigate();
  const removal = useRemoveConnection(connection.connectionId);
  return (
    <Modal
      visible
      header="Remove this connection?"
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
            <Button
              variant="primary"
              loading={removal.isPending}
              onClick={() => removal.mutate(null, { onSuccess: () => void navigate("/connections") })}
            >
              Remove
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <div>
          Within a minute nothing more is taken from the platform, and its secrets are deleted. What was archived stays.
          What is written there from then on is not captured.
        </div>
        {removal.isError ? <ProblemAlert error={removal.error} /> : null}
      </SpaceBetween>
    </Modal>
  );
}
