import type { Platform } from "@/lib/api/types";

/** One field of a form that a platform's manifest asks for. */
export interface Field {
  name: string;
  title: string;
  description: string;
  /** `lines`: a list, one a line. `pairs`: names with a text each. */
  kind: "line" | "text" | "lines" | "pairs" | "number" | "choice";
  secret: boolean;
  required: boolean;
  choices: string[];
  example: string;
  initial: Entry;
}

/** A name and the text that belongs to it. */
export interface Pair {
  name: string;
  text: string;
}

/** What somebody has entered in a field. */
export type Entry = string | Pair[];
export type Entries = Record<string, Entry>;
type Schema = Platform["configuration"];

/** The fields of a JSON Schema of an object, in their order, without those that Quire keeps itself. */
export function fieldsOf(schema: Schema, values: Record<string, unknown> = {}): Field[] {
  const required = new Set(listOf(schema.required));
  return Object.entries(objectOf(schema.properties))
    .map(([name, property]) => [name, objectOf(property)] as const)
    .filter(([, property]) => property.managed !== true)
    .sort(([, one], [, other]) => Number(one.order ?? 0) - Number(other.order ?? 0))
    .map(([name, property]) => fieldOf(name, property, required.has(name), values[name]));
}

/** What a form starts with. */
export function initialEntries(fields: Field[]): Entries {
  return Object.fromEntries(fields.map((field) => [field.name, field.initial]));
}

/** The values to send: what was left empty is left out. */
export function valuesOf(fields: Field[], entries: Entries): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const field of fields) {
    const value = valueOf(field, entries[field.name] ?? "");
    if (value !== undefined) values[field.name] = value;
  }
  return values;
}

/** Titles of required fields that hold nothing. */
export function missing(fields: Field[], entries: Entries): Field[] {
  return fields.filter((field) => field.required && valueOf(field, entries[field.name] ?? "") === undefined);
}

function fieldOf(name: string, property: Record<string, unknown>, required: boolean, value: unknown): Field {
  const kind = kindOf(property);
  return {
    name,
    title: textOf(property.title) || name,
    description: textOf(property.description),
    kind,
    secret: property.writeOnly === true,
    required,
    choices: listOf(property.enum),
    example: textOf(listOf(property.examples)[0]),
    initial: entryOf(kind, value ?? property.default),
  };
}

function kindOf(property: Record<string, unknown>): Field["kind"] {
  if (Array.isArray(property.enum)) return "choice";
  if (property.type === "array") return "lines";
  if (property.type === "object") return "pairs";
  if (property.type === "integer" || property.type === "number") return "number";
  return property.multiline === true ? "text" : "line";
}

function entryOf(kind: Field["kind"], value: unknown): Entry {
  if (kind === "pairs") return Object.entries(objectOf(value)).map(([name, text]) => ({ name, text: textOf(text) }));
  if (kind === "lines") return listOf(value).join("\n");
  return typeof value === "number" ? String(value) : textOf(value);
}

function valueOf(field: Field, entry: Entry): unknown {
  if (Array.isArray(entry)) {
    const named = entry.filter(({ name, text }) => name.trim() !== "" || text.trim() !== "");
    return named.length === 0 ? undefined : Object.fromEntries(named.map(({ name, text }) => [name.trim(), text]));
  }
  const text = field.kind === "text" ? entry : entry.trim();
  if (text.trim() === "") return undefined;
  if (field.kind === "lines") return text.split(/[\n,]+/).map((line) => line.trim()).filter(Boolean);
  if (field.kind === "number") return Number.isFinite(Number(text)) ? Number(text) : text;
  return text;
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
