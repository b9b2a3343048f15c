import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";

import { RouterLink } from "@/components/RouterLink";

/** No such address. */
export function NotFoundPage() {
  return (
    <>
      <title>Not found · Quire</title>
      <Header variant="h1">There is nothing at this address</Header>
      <Box variant="p">
        <RouterLink to="/search" variant="primary">
          Go to search
        </RouterLink>
      </Box>
    </>
  );
}
