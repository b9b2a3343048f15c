import { lazy } from "react";
import { redirect, replace, type RouteObject } from "react-router";

import { ErrorPage } from "@/app/ErrorPage";
import { NotFoundPage } from "@/app/NotFoundPage";
import { SignedInOnly } from "@/app/SignedInOnly";
import { SignInAnswer } from "@/app/SignInAnswer";
import { SignInError } from "@/features/session/api/signIn";
import type { Session } from "@/features/session/session";

// Fetched when first gone to, so that the sign-in page stays small.
const SearchPage = lazy(async () => ({
  default: (await import("@/features/search/components/SearchPage")).SearchPage,
}));
const ChannelsPage = lazy(async () => ({
  default: (await import("@/features/channels/components/ChannelsPage")).ChannelsPage,
}));
const ConversationPage = lazy(async () => ({
  default: (await import("@/features/conversation/components/ConversationPage")).ConversationPage,
}));
const ComparePage = lazy(async () => ({
  default: (await import("@/features/conversation/components/ComparePage")).ComparePage,
}));
const ConnectionsPage = lazy(async () => ({
  default: (await import("@/features/connections/components/ConnectionsPage")).ConnectionsPage,
}));
const AddConnectionPage = lazy(async () => ({
  default: (await import("@/features/connections/components/AddConnectionPage")).AddConnectionPage,
}));
const ConnectionPage = lazy(async () => ({
  default: (await import("@/features/connections/components/ConnectionPage")).ConnectionPage,
}));
const InstalledPage = lazy(async () => ({
  default: (await import("@/features/connections/components/InstalledPage")).InstalledPage,
}));
const PeoplePage = lazy(async () => ({
  default: (await import("@/features/people/components/PeoplePage")).PeoplePage,
}));
const PersonPage = lazy(async () => ({
  default: (await import("@/features/people/components/PersonPage")).PersonPage,
}));

const SearchesPage = lazy(async () => ({
  default: (await import("@/features/searches/components/SearchesPage")).SearchesPage,
}));
const DayPage = lazy(async () => ({
  default: (await import("@/features/people/components/DayPage")).DayPage,
}));

const nothing = () => null;

/** The addresses of the console. */
export function routes(session: Session): RouteObject[] {
  return [
    {
      path: "/signed-in",
      loader: ({ request }) => finishSignIn(session, new URL(request.url)),
      Component: SignInAnswer,
      HydrateFallback: nothing,
      ErrorBoundary: ErrorPage,
    },
    { path: "/", loader: () => redirect("/search"), HydrateFallback: nothing },
    {
      Component: SignedInOnly,
      ErrorBoundary: ErrorPage,
      children: [
        { path: "/search", Component: SearchPage },
        { path: "/searches", Component: SearchesPage },
        { path: "/searches/:searchId", Component: SearchesPage },
        { path: "/channels", Component: ChannelsPage },
        { path: "/conversations/:channelId", Component: ConversationPage },
        { path: "/conversations/:channelId/compare", Component: ComparePage },
        { path: "/people", Component: PeoplePage },
        { path: "/people/:personId", Component: PersonPage },
        { path: "/people/:personId/day", Component: DayPage },
        { path: "/connections", Component: ConnectionsPage },
        { path: "/connections/new", Component: AddConnectionPage },
        { path: "/connections/installed", Component: InstalledPage },
        { path: "/connections/:connectionId", Component: ConnectionPage },
        { path: "*", Component: NotFoundPage },
      ],
    },
  ];
}

/** Goes on to where the person was heading; or says why the sign-in did not come about. */
async function finishSignIn(session: Session, address: URL): Promise<Response | { reason: string }> {
  try {
    return replace(await session.complete(address));
  } catch (error) {
    if (error instanceof SignInError) return { reason: error.message };
    throw error;
  }
}
