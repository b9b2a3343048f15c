import AppLayout from "@cloudscape-design/components/app-layout-toolbar";
import I18nProvider from "@cloudscape-design/components/i18n";
import messages from "@cloudscape-design/components/i18n/messages/all.en";
import SideNavigation from "@cloudscape-design/components/side-navigation";
import Spinner from "@cloudscape-design/components/spinner";
import SplitPanel from "@cloudscape-design/components/split-panel";
import { Suspense, useEffect, useRef, useState } from "react";
import { Outlet, ScrollRestoration, useLocation, useNavigate, useSearchParams } from "react-router";

import { TopBar } from "@/app/TopBar";
import { DETAILS } from "@/components/DetailsButton";
import { useMay } from "@/components/useMay";
import { useMediaQuery } from "@/components/useMediaQuery";
import { MessagePanel } from "@/features/message/components/MessagePanel";

// Where Cloudscape lays out for phones.
const NARROW = "(max-width: 688px)";

/** The frame around every page: the bar, the way between pages, and the details of a message beside the page. */
export function Shell() {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const details = useDetails();
  const mayConnect = useMay("ListConnections");
  const maySearch = useMay("ListSearches");
  const content = useFocusOnNewPage(pathname);
  const panel = usePanelSize();
  const [navigationOpen, setNavigationOpen] = useState(() => !matchMedia(NARROW).matches);
  return (
    <I18nProvider locale="en" messages={[messages]}>
      <ScrollRestoration />
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <div id="top-bar">
        <TopBar />
      </div>
      <AppLayout
        headerSelector="#top-bar"
        toolsHide
        navigationOpen={navigationOpen}
        onNavigationChange={({ detail }) => setNavigationOpen(detail.open)}
        navigation={
          <SideNavigation
            activeHref={`/${pathname.split("/")[1] ?? ""}`}
            items={[
              { type: "link", text: "Search", href: "/search" },
              ...(maySearch ? [{ type: "link" as const, text: "Saved searches", href: "/searches" }] : []),
              { type: "link", text: "Channels", href: "/channels" },
              { type: "link", text: "People", href: "/people" },
              ...(mayConnect ? [{ type: "link" as const, text: "Connections", href: "/connections" }] : []),
            ]}
            onFollow={(event) => {
              event.preventDefault();
              if (matchMedia(NARROW).matches) setNavigationOpen(false);
              void navigate(event.detail.href);
            }}
          />
        }
        splitPanelOpen={details.messageId !== null}
        splitPanelPreferences={{ position: "side" }}
        onSplitPanelPreferencesChange={() => undefined}
        splitPanelSize={panel.size}
        onSplitPanelResize={({ detail }) => panel.setSize(detail.size)}
        onSplitPanelToggle={({ detail }) => (detail.open ? undefined : details.close())}
        splitPanel={
          details.messageId === null ? undefined : (
            <SplitPanel header="Message details" closeBehavior="hide" hidePreferencesButton>
              <MessagePanel key={details.messageId} messageId={details.messageId} />
            </SplitPanel>
          )
        }
        content={
          <div id="content" ref={content} tabIndex={-1} style={{ outline: "none" }}>
            <Suspense fallback={<Spinner />}>
              <Outlet />
            </Suspense>
          </div>
        }
      />
    </I18nProvider>
  );
}

/** Takes the keyboard to the content when another page comes in, as a page load would. */
function useFocusOnNewPage(pathname: string) {
  const content = useRef<HTMLDivElement>(null);
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    content.current?.focus({ preventScroll: true });
  }, [pathname]);
  return content;
}

/** The panel stands beside the page, or covers most of a phone. */
function usePanelSize() {
  const narrow = useMediaQuery(NARROW);
  const [chosen, setSize] = useState<number | null>(null);
  return { size: chosen ?? (narrow ? Math.round(window.innerHeight * 0.6) : 400), setSize };
}

function useDetails() {
  const [parameters, setParameters] = useSearchParams();
  const close = () =>
    setParameters(
      (current) => {
        current.delete(DETAILS);
        return current;
      },
      { replace: true, preventScrollReset: true },
    );
  return { messageId: parameters.get(DETAILS), close };
}
