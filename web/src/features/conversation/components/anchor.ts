import { createContext } from "react";

/** The id of the message the address points at. */
export const AnchorContext = createContext<string | null>(null);
