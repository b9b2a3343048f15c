import { useMe } from "@/components/useMe";

/** Whether the signed-in person's role may do something; `false` until that is known. */
export function useMay(action: string): boolean {
  return useMe().data?.permissions.includes(action) ?? false;
}
