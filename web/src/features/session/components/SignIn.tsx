import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { useEffect, useState } from "react";

import { Welcome } from "@/features/session/components/Welcome";
import { useSession } from "@/features/session/context";
import type { SessionStatus } from "@/features/session/session";

interface SignInProps {
  status: Exclude<SessionStatus, "signed-in">;
  /** The address to come back to. */
  returnTo: string;
}

/** What someone sees who is not signed in. A tab that was, and was reloaded, asks the hosted login by itself. */
export function SignIn({ status, returnTo }: SignInProps) {
  const session = useSession();
  const [leaving, setLeaving] = useState(false);
  const begin = () => {
    setLeaving(true);
    session.begin(returnTo).catch(() => setLeaving(false));
  };
  useEffect(() => {
    if (session.takeResume()) void session.begin(returnTo);
  }, [session, returnTo]);
  return (
    <Welcome>
      <title>Sign in · Quire</title>
      <Box variant="p">
        {status === "ended"
          ? "Your session has ended. Sign in again to go on where you were."
          : "Search what your firm wrote, read it in context, and see what was edited or deleted."}
      </Box>
      <Button variant="primary" loading={leaving} onClick={begin}>
        {status === "ended" ? "Sign in again" : "Sign in"}
      </Button>
    </Welcome>
  );
}
