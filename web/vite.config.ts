import path from "node:path";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { fixtureStack } from "./src/testing/fixtureStack.ts";

export default defineConfig(({ mode }) => ({
  plugins: [react(), ...(mode === "fixture" ? [fixtureStack()] : [])],
  resolve: { alias: { "@": path.resolve(import.meta.dirname, "src") } },
  build: {
    target: "es2023",
    // Nothing inlined as data: addresses, so that the content security policy can stay strict.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: { host: "127.0.0.1" },
  preview: { host: "127.0.0.1" },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing/setup.ts"],
    server: { deps: { inline: [/@cloudscape-design/] } },
    restoreMocks: true,
    unstubGlobals: true,
    testTimeout: 120_000, // beside other tests, on a busy machine; what hangs is found all the same
  },
}));
