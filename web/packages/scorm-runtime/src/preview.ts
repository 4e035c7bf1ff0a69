import type { ScormApi } from "./api";

/** The part of `Storage` that a preview needs. */
export interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const KEPT = ["cmi.suspend_data", "cmi.core.lesson_location", "cmi.core.lesson_status", "cmi.core.score.raw"];

/** Stand in for an LMS where there is none (a file on disk, a preview): same calls, kept in the browser. */
export function createPreviewApi(shelf: Shelf, key: string): ScormApi {
  const values = new Map<string, string>([["cmi.core.lesson_status", "not attempted"], ...restore(shelf, key)]);
  return {
    LMSInitialize: () => "true",
    LMSGetValue: (element) => values.get(element) ?? "",
    LMSSetValue: (element, value) => {
      values.set(element, value);
      return "true";
    },
    LMSCommit: () => keep(shelf, key, values),
    LMSFinish: () => keep(shelf, key, values),
    LMSGetLastError: () => "0",
  };
}

/** The browser's own store, or memory where it is closed (privacy settings, sandboxed frames). */
export function openShelf(open: () => Shelf): Shelf {
  try {
    const shelf = open();
    shelf.getItem("probe");
    return shelf;
  } catch {
    const memory = new Map<string, string>();
    return { getItem: (key) => memory.get(key) ?? null, setItem: (key, value) => void memory.set(key, value) };
  }
}

function restore(shelf: Shelf, key: string): [string, string][] {
  try {
    const saved: unknown = JSON.parse(shelf.getItem(key) ?? "{}");
    const entries = typeof saved === "object" && saved !== null ? Object.entries(saved) : [];
    return entries.filter((entry): entry is [string, string] => KEPT.includes(entry[0]) && typeof entry[1] === "string");
  } catch {
    return [];
  }
}

function keep(shelf: Shelf, key: string, values: ReadonlyMap<string, string>): string {
  const kept = [...values].filter(([element]) => KEPT.includes(element));
  try {
    shelf.setItem(key, JSON.stringify(Object.fromEntries(kept)));
    return "true";
  } catch {
    return "false";
  }
}
