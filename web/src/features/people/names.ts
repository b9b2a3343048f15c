import type { Account, Person } from "@/lib/api/types";

/** What to call a person: a name, else an address, else an id. */
export function personName(person: Person): string {
  return person.name ?? person.emails[0] ?? person.accounts[0]?.platformId ?? "Somebody without a name";
}

/** What to call an account. */
export function accountName(account: Account): string {
  return account.name ?? account.email ?? account.platformId;
}
