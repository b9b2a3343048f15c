import { useLoaderData } from "react-router";

import { SignInFailed } from "@/features/session/components/SignInFailed";

/** Shown when the hosted login came back without a session; with one, the loader has gone on already. */
export function SignInAnswer() {
  const { reason } = useLoaderData<{ reason: string }>();
  return <SignInFailed reason={reason} />;
}
