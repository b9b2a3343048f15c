import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Tiles from "@cloudscape-design/components/tiles";
import { type SyntheticEvent, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";

import { ProblemAlert } from "@/components/ProblemAlert";
import { useAddConnection, usePlatforms } from "@/features/connections/api/useConnections";
import { Coverage, Setup } from "@/features/connections/components/Coverage";
import { SchemaForm } from "@/features/connections/components/SchemaForm";
import { faultsOf } from "@/features/connections/faults";
import { type Field, fieldsOf, initialEntries, missing, valuesOf } from "@/features/connections/fields";
import type { Platform } from "@/lib/api/types";

/** Choose a platform, then fill in what its manifest asks for. */
export function AddConnectionPage() {
  const platforms = usePlatforms();
  const [parameters, setParameters] = useSearchParams();
  const chosen = platforms.data?.find(({ platform }) => platform === parameters.get("platform"));
  return (
    <SpaceBetween size="l">
      <title>Connect a platform · Quire</title>
      <Header variant="h1">Connect a platform</Header>
      {platforms.isPending ? <Spinner /> : null}
      {platforms.isError ? <ProblemAlert error={platforms.error} onRetry={() => void platforms.refetch()} /> : null}
      {platforms.data ? (
        <Container header={<Header variant="h2">Platform</Header>}>
          <Tiles
            ariaLabel="Platform"
            value={chosen?.platform ?? null}
            columns={3}
            items={platforms.data.map(({ platform, title, summary }) => ({
              value: platform,
              label: title,
              description: summary,
            }))}
            onChange={({ detail }) => setParameters({ platform: detail.value }, { replace: true })}
          />
        </Container>
      ) : null}
      {chosen ? <Chosen key={chosen.platform} platform={chosen} /> : null}
    </SpaceBetween>
  );
}

function Chosen({ platform }: { platform: Platform }) {
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">What will be captured</Header>}>
        <Coverage platform={platform} />
      </Container>
      <Container header={<Header variant="h2">How to connect it</Header>}>
        <Setup platform={platform} />
      </Container>
      <NewForm platform={platform} />
    </SpaceBetween>
  );
}

function NewForm({ platform }: { platform: Platform }) {
  const navigate = useNavigate();
  const adding = useAddConnection();
  const form = useForm(platform);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!form.complete()) return;
    adding.mutate(form.values(), {
      onSuccess: ({ connectionId }) => void navigate(`/connections/${encodeURIComponent(connectionId)}`),
    });
  };
  const faults = (part: string) => ({ ...faultsOf(adding.error, part), ...form.faults });
  return (
    <form onSubmit={submit} autoComplete="off">
      <Form
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button formAction="none" variant="link" onClick={() => void navigate("/connections")}>
              Cancel
            </Button>
            <Button variant="primary" loading={adding.isPending}>
              Connect
            </Button>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="l">
          <Container header={<Header variant="h2">Name</Header>}>
            <FormField label="What to call this connection" errorText={form.faults[""]}>
              <Input value={form.name} onChange={({ detail }) => form.setName(detail.value)} />
            </FormField>
          </Container>
          <Part title="Settings" fields={form.settings}>
            <SchemaForm
              fields={form.settings}
              entries={form.entries}
              onChange={form.setEntries}
              faults={faults("configuration")}
            />
          </Part>
          <Part title="Secrets" description="Written once, and never shown again." fields={form.secrets}>
            <SchemaForm
              fields={form.secrets}
              entries={form.secretEntries}
              onChange={form.setSecretEntries}
              faults={faults("secrets")}
            />
          </Part>
          {adding.isError ? <ProblemAlert error={adding.error} /> : null}
        </SpaceBetween>
      </Form>
    </form>
  );
}

interface PartProps {
  title: string;
  description?: string;
  fields: Field[];
  children: React.ReactNode;
}

function Part({ title, description, fields, children }: PartProps) {
  if (fields.length === 0) return null;
  return (
    <Container header={<Header variant="h2">{title}</Header>}>
      {description ? <Box margin={{ bottom: "m" }}>{description}</Box> : null}
      {children}
    </Container>
  );
}

function useForm(platform: Platform) {
  const [settings] = useState(() => fieldsOf(platform.configuration));
  const [secrets] = useState(() => fieldsOf(platform.secrets));
  const [name, setName] = useState(platform.title);
  const [entries, setEntries] = useState(() => initialEntries(settings));
  const [secretEntries, setSecretEntries] = useState(() => initialEntries(secrets));
  const [faults, setFaults] = useState<Record<string, string>>({});
  const complete = () => {
    const lacking = [...missing(settings, entries), ...missing(secrets, secretEntries)];
    const found = Object.fromEntries(lacking.map((field) => [field.name, `${field.title} is needed.`]));
    if (name.trim() === "") found[""] = "A name is needed.";
    setFaults(found);
    return Object.keys(found).length === 0;
  };
  const values = () => ({
    platform: platform.platform,
    name: name.trim(),
    configuration: valuesOf(settings, entries),
    secrets: valuesOf(secrets, secretEntries),
  });
  return { settings, secrets, name, setName, entries, setEntries, secretEntries, setSecretEntries, faults, complete, values };
}
