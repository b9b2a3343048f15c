import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { renderConsole, signedIn, stubApi } from "@/testing/renderConsole";

describe("a query", () => {
  it("is shown back in words, with what is worth knowing of its names", async () => {
    stubApi();
    renderConsole("/search?q=nobody", await signedIn());
    expect(await screen.findByText("Looked for messages with “nobody” in any form.")).toBeInTheDocument();
    expect(screen.getByText(/from:nobody finds nothing/)).toBeInTheDocument();
  });

  it("that cannot be read is marked where it cannot", async () => {
    stubApi();
    renderConsole(`/search?q=${encodeURIComponent("🚀 (fee")}`, await signedIn());
    const fault = await screen.findByRole("alert");
    expect(fault.querySelector("code")).toHaveTextContent("🚀 (fee");
    expect(fault.querySelector("mark")).toHaveTextContent("(");
    expect(fault).toHaveTextContent("Column 3: expected a closing parenthesis ) for this one");
    expect(screen.getByRole("combobox", { name: "Search messages" })).toHaveAccessibleDescription(/Column 3/);
    expect(screen.queryByText("No message matches")).toBeNull();
  });

  it("can be learnt from examples before anything is asked", async () => {
    stubApi();
    renderConsole("/search", await signedIn());
    expect(await screen.findByText("merger NEAR/5 plans")).toBeInTheDocument();
  });
});
