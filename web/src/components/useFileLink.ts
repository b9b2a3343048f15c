import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type ApiClient, bodyOf } from "@/lib/api/client";
import { useApi } from "@/lib/api/context";
import { ProblemError } from "@/lib/api/problem";
import type { FileLink } from "@/lib/api/types";

/** Links are good for a minute; one that is younger than this is used again. */
const FRESH_MS = 30_000;
/** Large files are prepared first; whoever has waited this long is told to come back. */
const PATIENCE_MS = 15 * 60_000;

const LATE = {
  type: "about:blank",
  title: "Not ready yet",
  status: 202,
  detail: "The file is still being prepared. Try again in a few minutes.",
  errors: [],
};

/** A link to a file's small picture; `address` is the API's own for it. */
export function usePicture(address: string) {
  const api = useApi();
  return useQuery({
    queryKey: ["picture", address],
    queryFn: () => link(api, address, "thumbnail"),
    staleTime: FRESH_MS,
    gcTime: FRESH_MS,
  });
}

/** Asks for a link to a file's bytes and has the browser store them; `preparing` while a large one is made ready. */
export function useDownload(address: string) {
  const api = useApi();
  const [preparing, setPreparing] = useState(false);
  const download = useMutation({
    mutationFn: () => readyLink(() => link(api, address, "content"), () => setPreparing(true)),
    onSuccess: (url) => {
      if (isWeb(url)) location.assign(url); // answered as an attachment: the page stays
    },
    onSettled: () => setPreparing(false),
  });
  return { ...download, preparing };
}

/** Only web addresses are followed, whoever gave them. */
export function isWeb(address: string): boolean {
  return URL.canParse(address) && ["https:", "http:"].includes(new URL(address).protocol);
}

async function readyLink(ask: () => Promise<FileLink>, wait: () => void): Promise<string> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const { url, retryAfter } = await ask();
    if (url) return url;
    if (Date.now() > end) throw new ProblemError(LATE);
    wait();
    await new Promise((resolve) => setTimeout(resolve, (retryAfter ?? 5) * 1000));
  }
}

async function link(api: ApiClient, address: string, what: "content" | "thumbnail"): Promise<FileLink> {
  const [, , , messageId = "", , attachmentId = ""] = address.split("/").map(decodeURIComponent);
  const params = { path: { messageId, attachmentId } };
  return what === "content"
    ? bodyOf(await api.GET("/v1/messages/{messageId}/attachments/{attachmentId}/content", { params }))
    : bodyOf(await api.GET("/v1/messages/{messageId}/attachments/{attachmentId}/thumbnail", { params }));
}
