import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { type SyntheticEvent, useState } from "react";

import { ProblemAlert } from "@/components/ProblemAlert";
import { useSetSecrets } from "@/features/connections/api/useConnections";
import { SchemaForm } from "@/features/connections/components/SchemaForm";
import { faultsOf } from "@/features/connections/faults";
import { fieldsOf, initialEntries, valuesOf } from "@/features/connections/fields";
import type { ConnectionDetails, Platform } from "@/lib/api/types";

/** Sets secrets; the form is empty whatever is set. */
export function SecretsForm({ connection, platform }: { connection: ConnectionDetails; platform: Platform }) {
  const setting = useSetSecrets(connection.connectionId);
  const [fields] = useState(() => fieldsOf(platform.secrets).map((field) => ({ ...field, required: false })));
  const [entries, setEntries] = useState(() => initialEntries(fields));
  const given = valuesOf(fields, entries);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setting.mutate(given, { onSuccess: () => setEntries(initialEntries(fields)) });
  };
  if (fields.length === 0) return null;
  return (
    <Container header={<Header variant="h2">Secrets</Header>}>
      <form onSubmit={submit} autoComplete="off">
        <SpaceBetween size="l">
          <Box>What is set here replaces what was there, and is never shown again.</Box>
          <SchemaForm
            fields={fields}
            entries={entries}
            onChange={setEntries}
            faults={faultsOf(setting.error, "secrets")}
            present={connection.secretsSet}
          />
          {setting.isError ? <ProblemAlert error={setting.error} /> : null}
          <SpaceBetween direction="horizontal" size="s" alignItems="center">
            <Button loading={setting.isPending} disabled={Object.keys(given).length === 0}>
              Set secrets
            </Button>
            {setting.isSuccess ? <StatusIndicator type="success">Set</StatusIndicator> : null}
          </SpaceBetween>
        </SpaceBetween>
      </form>
    </Container>
  );
}
