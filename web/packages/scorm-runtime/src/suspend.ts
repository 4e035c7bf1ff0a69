/**
 * What a learner has done, packed into cmi.suspend_data.
 *
 * SCORM 1.2 allows 4,096 ASCII characters there, and LMSs cut or refuse what is longer, so nothing is written as JSON:
 * `2;revision;page;visited;attempt;best;answers`, numbers in base 36, pages as bits, typed texts as base64url of UTF-8.
 */

export const SUSPEND_LIMIT_CHARS = 4096;

/** Longest typed answer that is kept, in UTF-16 units; the answer field takes no more. */
export const TYPED_ANSWER_LIMIT_CHARS = 40;

const FORMAT = "2";
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** An answer that was handed in: picked options by index, or a typed text. */
export type Answer =
  | { readonly kind: "picked"; readonly options: readonly number[] }
  | { readonly kind: "typed"; readonly text: string };

export interface Progress {
  /** Index of the page that is open. */
  readonly page: number;
  /** One flag for each page. */
  readonly visited: readonly boolean[];
  /** One place for each question of the lesson; null: not answered in this attempt. */
  readonly answers: readonly (Answer | null)[];
  /** How often the questions were begun, from 1. */
  readonly attempt: number;
  /** Best score of a whole attempt, 0 to 100; null before the first. */
  readonly bestScore: number | null;
}

/** The shape that saved progress must fit. */
export interface LessonShape {
  /** Changes when pages or questions change: answers to other questions are not taken over. */
  readonly revision: string;
  readonly pageCount: number;
  readonly questionCount: number;
}

export function freshProgress(shape: LessonShape): Progress {
  return {
    page: 0,
    visited: Array<boolean>(shape.pageCount).fill(false),
    answers: Array<null>(shape.questionCount).fill(null),
    attempt: 1,
    bestScore: null,
  };
}

/** Pack progress into at most 4,096 characters: where it would be longer, typed texts go first, then all answers. */
export function packProgress(progress: Progress, revision: string): string {
  const spare = [
    progress.answers,
    progress.answers.map((answer) => (answer?.kind === "typed" ? null : answer)),
    [] as readonly null[],
  ];
  const packed = spare.map((answers) => packWhole({ ...progress, answers }, revision));
  return packed.find((text) => text.length <= SUSPEND_LIMIT_CHARS) ?? "";
}

/** Read what `packProgress` wrote for a lesson of this shape; null for anything else. */
export function unpackProgress(packed: string, shape: LessonShape): Progress | null {
  const [format, revision, page, visited, attempt, best, answers] = packed.split(";");
  if (format !== FORMAT || revision !== shape.revision || answers === undefined) return null;
  const entries = answers.split(".");
  return {
    page: Math.min(readNumber(page, 0), shape.pageCount - 1),
    visited: unpackBits(visited ?? "", shape.pageCount),
    answers: Array.from({ length: shape.questionCount }, (_, index) => unpackAnswer(entries[index] ?? "")),
    attempt: Math.max(1, readNumber(attempt, 1)),
    bestScore: best === "" ? null : Math.min(100, readNumber(best, 0)),
  };
}

function packWhole(progress: Progress, revision: string): string {
  return [
    FORMAT,
    revision,
    progress.page.toString(36),
    packBits(progress.visited),
    progress.attempt.toString(36),
    progress.bestScore === null ? "" : progress.bestScore.toString(36),
    progress.answers.map(packAnswer).join("."),
  ].join(";");
}

function packAnswer(answer: Answer | null): string {
  if (answer === null) return "";
  if (answer.kind === "typed") return `t${packBytes(new TextEncoder().encode(answer.text.slice(0, TYPED_ANSWER_LIMIT_CHARS)))}`;
  return `p${answer.options.map((option) => option.toString(36)).join("-")}`;
}

function unpackAnswer(packed: string): Answer | null {
  if (packed.startsWith("t")) return { kind: "typed", text: new TextDecoder().decode(unpackBytes(packed.slice(1))) };
  if (!packed.startsWith("p")) return null;
  const options = packed.slice(1).split("-").filter((part) => part !== "");
  return { kind: "picked", options: options.map((part) => readNumber(part, 0)) };
}

function readNumber(text: string | undefined, otherwise: number): number {
  const value = Number.parseInt(text ?? "", 36);
  return Number.isFinite(value) && value >= 0 ? value : otherwise;
}

function packBits(flags: readonly boolean[]): string {
  let packed = "";
  for (let start = 0; start < flags.length; start += 6) {
    const digit = [0, 1, 2, 3, 4, 5].reduce((sum, bit) => sum + (flags[start + bit] ? 1 << bit : 0), 0);
    packed += DIGITS.charAt(digit);
  }
  return packed;
}

function unpackBits(packed: string, count: number): boolean[] {
  return Array.from({ length: count }, (_, index) => {
    const digit = DIGITS.indexOf(packed.charAt(Math.floor(index / 6)) || "A");
    return digit > 0 && (digit & (1 << (index % 6))) !== 0;
  });
}

function packBytes(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function unpackBytes(packed: string): Uint8Array {
  try {
    return Uint8Array.from(atob(packed.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}
