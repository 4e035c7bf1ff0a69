import ar from "./strings/ar.json";
import de from "./strings/de.json";
import en from "./strings/en.json";
import es from "./strings/es.json";
import fr from "./strings/fr.json";
import pt from "./strings/pt.json";
import zh from "./strings/zh.json";

/** The player's own words; a course's words come from the course. */
export type Strings = Readonly<typeof en>;

export const STRINGS: Readonly<Record<string, Strings>> = { ar, de, en, es, fr, pt, zh };

/** The words of a BCP 47 language, English where we have none. */
export function stringsFor(language: string): Strings {
  return STRINGS[language.toLowerCase().split("-")[0] ?? ""] ?? en;
}

/** Put values into a sentence's `{places}`. */
export function fill(sentence: string, values: Readonly<Record<string, string | number>>): string {
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}
