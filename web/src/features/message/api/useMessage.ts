import { useQuery } from "@tanstack/react-query";

import { bodyOf } from "@/lib/api/client";
import { useApi } from "@/lib/api/context";

/** One message, with all the archive knows of it. */
export function useMessage(messageId: string) {
  const api = useApi();
  return useQuery({
    queryKey: ["message", messageId],
    queryFn: async ({ signal }) =>
      bodyOf(await api.GET("/v1/messages/{messageId}", { params: { path: { messageId } }, signal })),
  });
}
