import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { type SyntheticEvent, useState } from "react";

import { ProblemAlert } from "@/components/ProblemAlert";
import { useChangeConnection } from "@/features/connections/api/useConnections";
import { SchemaForm } from "@/features/connections/components/SchemaForm";
import { faultsOf } from "@/features/connections/faults";
import { fieldsOf, initialEntries, valuesOf } from "@/features/connections/fields";
import type { ConnectionDetails, Platform } from "@/lib/api/types";

/** The connection's name, and what else is no secret. */
export function SettingsForm({ connection, platform }: { connection: ConnectionDetails; platform: Platform }) {
  const change = useChangeConnection(connection.connectionId);
  const [fields] = useState(() => fieldsOf(platform.configuration, connection.configuration));
  const [name, setName] = useState(connection.name);
  const [entries, setEntries] = useState(() => initialEntries(fields));
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    change.mutate({ name: name.trim(), ...(fields.length > 0 && { configuration: valuesOf(fields, entries) }) });
  };
  return (
    <Container header={<Header variant="h2">Settings</Header>}>
      <form onSubmit={submit} autoComplete="off">
        <SpaceBetween size="l">
          <FormField label="Name">
            <Input value={name} onChange={({ detail }) => setName(detail.value)} />
          </FormField>
          {fields.length > 0 ? (
            <SchemaForm
              fields={fields}
              entries={entries}
              onChange={setEntries}
              faults={faultsOf(change.error, "configuration")}
            />
          ) : null}
          {change.isError ? <ProblemAlert error={change.error} /> : null}
          <SpaceBetween direction="horizontal" size="s" alignItems="center">
            <Button loading={change.isPending}>Save settings</Button>
            {change.isSuccess ? <StatusIndicator type="success">Saved</StatusIndicator> : null}
          </SpaceBetween>
        </SpaceBetween>
      </form>
    </Container>
  );
}
