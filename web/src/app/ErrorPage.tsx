import { useRouteError } from "react-router";

import { Failure } from "@/app/Failure";

/** Something in the console broke; what did, and a way out. */
export function ErrorPage() {
  return <Failure error={useRouteError()} />;
}
