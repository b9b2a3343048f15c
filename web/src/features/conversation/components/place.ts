import { createContext } from "react";

/** Where a message stands. */
export interface Place {
  /** The id of the message the address points at. */
  anchor: string | null;
  /** Whether the whole conversation is shared with another organisation. */
  shared: boolean;
}

export const PlaceContext = createContext<Place>({ anchor: null, shared: false });
