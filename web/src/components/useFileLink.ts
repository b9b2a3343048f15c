import { useMutation, useQuery } from "@tanstack/react-query";

import { type ApiClient, bodyOf } from "@/lib/api/client";
import { useApi } from "@/lib/api/context";
import type { FileLink } from "@/lib/api/types";

/** Links are good for a minute; one that is younger than this is used again. */
const FRESH_MS = 30_000;

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

/** Asks for a link to a file's bytes and has the browser store them. */
export function useDownload(address: string) {
  const api = useApi();
  return useMutation({
    mutationFn: () => link(api, address, "content"),
    onSuccess: ({ url }) => {
      if (isWeb(url)) location.assign(url); // answered as an attachment: the page stays
    },
  });
}

/** Only web addresses are followed, whoever gave them. */
export function isWeb(address: string): boolean {
  return URL.canParse(address) && ["https:", "http:"].includes(new URL(address).protocol);
}

async function link(api: ApiClient, address: string, what: "content" | "thumbnail"): Promise<FileLink> {
  const [, , , messageId = "", , attachmentId = ""] = address.split("/").map(decodeURIComponent);
  const params = { path: { messageId, attachmentId } };
  return what === "content"
    ? bodyOf(await api.GET("/v1/messages/{messageId}/attachments/{attachmentId}/content", { params }))
    : bodyOf(await api.GET("/v1/messages/{messageId}/attachments/{attachmentId}/thumbnail", { params }));
}
