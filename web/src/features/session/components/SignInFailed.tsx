import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";

import { Welcome } from "@/features/session/components/Welcome";
import { useSession } from "@/features/session/context";

/** The hosted login came back without a session. */
export function SignInFailed({ reason }: { reason: string }) {
  const session = useSession();
  return (
    <Welcome>
      <title>Sign in · Quire</title>
      <Alert type="error" header="You are not signed in" i18nStrings={{ errorIconAriaLabel: "Error" }}>
        {reason}
      </Alert>
      <Button variant="primary" onClick={() => void session.begin("/")}>
        Try again
      </Button>
    </Welcome>
  );
}
