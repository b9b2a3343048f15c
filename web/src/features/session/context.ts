import { createContext, useContext, useSyncExternalStore } from "react";

import type { Session, SessionStatus } from "@/features/session/session";

/** The session of this tab, provided by the application. */
export const SessionContext = createContext<Session | null>(null);

/** The session of this tab. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("useSession needs a SessionContext above it");
  return session;
}

/** The session's status, followed as it changes. */
export function useSessionStatus(): SessionStatus {
  const session = useSession();
  return useSyncExternalStore(session.subscribe, session.status);
}
