import { lazy, Suspense } from "react";
import { useLocation } from "react-router";

import { SignIn } from "@/features/session/components/SignIn";
import { useSessionStatus } from "@/features/session/context";

const Shell = lazy(async () => ({ default: (await import("@/app/Shell")).Shell }));

/** The console for those signed in. Anyone else signs in first, and the address stays. */
export function SignedInOnly() {
  const status = useSessionStatus();
  const { pathname, search } = useLocation();
  if (status !== "signed-in") return <SignIn status={status} returnTo={pathname + search} />;
  return (
    <Suspense>
      <Shell />
    </Suspense>
  );
}
