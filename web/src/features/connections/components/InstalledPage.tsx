import Alert from "@cloudscape-design/components/alert";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useEffect, useRef } from "react";
import { useNavigate, useSearchParams } from "react-router";

import { ProblemAlert } from "@/components/ProblemAlert";
import { RouterLink } from "@/components/RouterLink";
import { SafeText } from "@/components/SafeText";
import { useFinishInstall } from "@/features/connections/api/useConnections";

/** Where a platform sends people back to after its install page; the code in the address works once. */
export function InstalledPage() {
  const navigate = useNavigate();
  const [parameters] = useSearchParams();
  const { mutate, isError, error } = useFinishInstall();
  const [code, state, refused] = [parameters.get("code"), parameters.get("state"), parameters.get("error")];
  const sent = useRef(false);
  useEffect(() => {
    if (sent.current || code === null || state === null) return;
    sent.current = true;
    mutate(
      { code, state },
      {
        onSuccess: ({ connectionId }) =>
          void navigate(`/connections/${encodeURIComponent(connectionId)}`, { replace: true }),
      },
    );
  }, [code, state, mutate, navigate]);
  return (
    <SpaceBetween size="l">
      <title>Installing · Quire</title>
      <Header variant="h1">Installing</Header>
      {code === null || state === null ? (
        <Alert type="warning" header="The app was not installed">
          {refused ? <SafeText text={refused} /> : "The platform sent nothing back."}
        </Alert>
      ) : isError ? (
        <ProblemAlert error={error} />
      ) : (
        <Spinner />
      )}
      <RouterLink to="/connections">Go to the connections</RouterLink>
    </SpaceBetween>
  );
}
