import { readFile } from "node:fs/promises";

import openapiTS, { astToString, type OpenAPI3 } from "openapi-typescript";
import { expect, it } from "vitest";

it("the API's types are those of openapi.json (else: npm run generate)", async () => {
  const document = JSON.parse(await readFile("openapi.json", "utf8")) as OpenAPI3;
  const generated = astToString(await openapiTS(document));
  expect(await readFile("src/lib/api/schema.d.ts", "utf8")).toContain(generated);
});
