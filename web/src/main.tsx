import "@/app/app.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createBrowserRouter } from "react-router";

import { Application } from "@/app/Application";
import { Failure } from "@/app/Failure";
import { createQueryClient } from "@/app/queryClient";
import { routes } from "@/app/routes";
import { followSystemTheme } from "@/app/theme";
import { Session } from "@/features/session/session";
import { createApiClient } from "@/lib/api/client";
import { loadConfig } from "@/lib/config";

async function start(): Promise<void> {
  const place = document.getElementById("root");
  if (place === null) throw new Error("index.html has no #root");
  const root = createRoot(place);
  followSystemTheme();
  try {
    const config = await loadConfig();
    const session = new Session(config);
    const api = createApiClient(config.apiUrl, { accessToken: session.accessToken, refused: session.expire });
    root.render(
      <StrictMode>
        <Application
          session={session}
          api={api}
          queries={createQueryClient()}
          router={createBrowserRouter(routes(session))}
        />
      </StrictMode>,
    );
  } catch (error) {
    root.render(<Failure error={error} />);
  }
}

void start();
