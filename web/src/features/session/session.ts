import { completeSignIn, signOutAddress, startSignIn, type Tokens } from "@/features/session/api/signIn";
import type { Config } from "@/lib/config";

/** Whether someone is signed in; `ended` when they were, until the API no longer took their token. */
export type SessionStatus = "signed-out" | "signed-in" | "ended";

// Says only that this tab had a session, so that a reload can ask the hosted login, which remembers, for another.
const RESUME = "quire.resume";

/** The session of this tab. Tokens live in this object and nowhere else. */
export class Session {
  #config: Config;
  #tokens: Tokens | null = null;
  #status: SessionStatus = "signed-out";
  #listeners = new Set<() => void>();

  constructor(config: Config) {
    this.#config = config;
  }

  readonly status = (): SessionStatus => this.#status;

  readonly accessToken = (): string | null => this.#tokens?.accessToken ?? null;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Leaves for the hosted login; the person comes back to `returnTo`. */
  readonly begin = async (returnTo: string): Promise<void> => {
    location.assign(await startSignIn(this.#config, returnTo));
  };

  /**
   * Takes the hosted login's answer.
   *
   * @returns the address to go on to.
   * @throws SignInError when the answer does not hold.
   */
  readonly complete = async (address: URL): Promise<string> => {
    const { tokens, returnTo } = await completeSignIn(this.#config, address);
    this.#tokens = tokens;
    sessionStorage.setItem(RESUME, "1");
    this.#become("signed-in");
    return returnTo;
  };

  /** Forgets a token that the API refused. */
  readonly expire = (): void => {
    if (this.#status !== "signed-in") return;
    this.#tokens = null;
    sessionStorage.removeItem(RESUME);
    this.#become("ended");
  };

  /** Whether this tab had a session before it was reloaded. Answers once, so that a failed try is not repeated. */
  readonly takeResume = (): boolean => {
    const resume = this.#status === "signed-out" && sessionStorage.getItem(RESUME) !== null;
    sessionStorage.removeItem(RESUME);
    return resume;
  };

  /** Forgets everything and ends the hosted login's session too. */
  readonly signOut = (): void => {
    this.#tokens = null;
    sessionStorage.removeItem(RESUME);
    location.assign(signOutAddress(this.#config));
  };

  #become(status: SessionStatus): void {
    this.#status = status;
    for (const listener of this.#listeners) listener();
  }
}
