import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { ProblemAlert } from "@/components/ProblemAlert";
import { useMay } from "@/components/useMay";
import { useSaveSearch } from "@/features/searches/api/useSearches";
import type { SavedRequest } from "@/lib/api/types";

/** Puts the search at hand under a name, for oneself or for all who may search. */
export function SaveSearch({ request }: { request: SavedRequest }) {
  const may = useMay("SaveSearch");
  const [open, setOpen] = useState(false);
  if (!may) return null;
  return (
    <>
      <Button iconName="add-plus" onClick={() => setOpen(true)}>
        Save this search
      </Button>
      {open ? <SaveDialog request={request} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function SaveDialog({ request, onClose }: { request: SavedRequest; onClose: () => void }) {
  const save = useSaveSearch();
  const [name, setName] = useState(request.query);
  const [shared, setShared] = useState(false);
  const [alerts, setAlerts] = useState(false);
  const send = () => save.mutate({ name: name.trim(), request, shared, alerts }, { onSuccess: onClose });
  return (
    <Modal
      visible
      header="Save this search"
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
            <Button variant="primary" disabled={name.trim() === ""} loading={save.isPending} onClick={send}>
              Save
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <FormField label="Name">
          <Input value={name.slice(0, 100)} onChange={({ detail }) => setName(detail.value)} />
        </FormField>
        <Checkbox
          checked={shared}
          description="Everybody who may search can see and run it."
          onChange={({ detail }) => setShared(detail.checked)}
        >
          Share it
        </Checkbox>
        <Checkbox
          checked={alerts}
          description="Told is how many there are and where to look, never what anybody wrote."
          onChange={({ detail }) => setAlerts(detail.checked)}
        >
          Alert on new hits
        </Checkbox>
        {save.isError ? <ProblemAlert error={save.error} /> : null}
      </SpaceBetween>
    </Modal>
  );
}
