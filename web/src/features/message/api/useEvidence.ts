import { useQuery } from "@tanstack/react-query";

import { bodyOf } from "@/lib/api/client";
import { useApi } from "@/lib/api/context";
import { verifyEvidence } from "@/lib/evidence/verify";

/** What proves a message, and what this browser found when it verified that; asked for once `wanted`. */
export function useEvidence(messageId: string, wanted: boolean) {
  const api = useApi();
  return useQuery({
    queryKey: ["evidence", messageId],
    enabled: wanted,
    queryFn: async ({ signal }) => {
      const path = { messageId };
      const evidence = bodyOf(await api.GET("/v1/messages/{messageId}/evidence", { params: { path }, signal }));
      return { evidence, verdict: await verifyEvidence(evidence, messageId) };
    },
  });
}
