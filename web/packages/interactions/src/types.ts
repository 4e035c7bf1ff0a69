/** A lesson as `scenes.json` holds it; written by the engine, read by the player. */

export interface Lesson {
  readonly format: 1;
  /** Changes when pages or questions change, so that saved answers of another edition are not taken over. */
  readonly revision: string;
  readonly course: { readonly code: string; readonly name: string };
  readonly lesson: { readonly code: string; readonly title: string; readonly objective: string | null };
  readonly publisher: string;
  readonly language: string;
  readonly direction: "ltr" | "rtl";
  readonly mastery_score: number;
  readonly pages: readonly Page[];
}

export type Page = SlidePage | ReviewPage | QuizPage;

export interface SlidePage {
  readonly kind: "slide";
  readonly title: string;
  /** The slide's number in its deck, or its place in the lesson. */
  readonly number: number;
  readonly audio: { readonly file: string; readonly duration_s: number } | null;
  /** Pictures and texts in the order in which they appear; the last picture shows the whole slide. */
  readonly builds: readonly Build[];
  /** Videos of another site, where the page has any. */
  readonly videos?: readonly Video[];
}

/** A video of another site. */
export interface Video {
  /** Where it is watched there. */
  readonly link: string;
  /** What a frame loads. */
  readonly embed: string;
}

export interface Build {
  readonly picture: string | null;
  /** What the picture shows, where its author said so. */
  readonly alt: string | null;
  /** When it appears, in seconds of the page's sound. */
  readonly start_s: number;
  readonly text: readonly TextPart[];
  readonly cues: readonly Cue[];
}

export interface TextPart {
  readonly kind: "subtitle" | "paragraph" | "bullet" | "table";
  readonly text: string;
  readonly level: number;
  readonly rows: readonly (readonly string[])[];
}

/** A caption, in seconds of the page's sound. */
export interface Cue {
  readonly start_s: number;
  readonly end_s: number;
  readonly text: string;
}

export interface ReviewPage {
  readonly kind: "accordion" | "timeline";
  readonly title: string;
  readonly description: string;
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly title: string;
  readonly text: string;
  /** Index of the page that it was taken from, or null. */
  readonly page: number | null;
}

export interface QuizPage {
  readonly kind: "quiz";
  readonly title: string;
  readonly description: string;
  readonly questions: readonly Question[];
}

export interface Question {
  readonly id: string;
  readonly type: "mcq_single" | "mcq_multi" | "true_false" | "short_answer";
  readonly text: string;
  readonly options: readonly { readonly text: string; readonly feedback: string }[];
  /** Indices of the right options. */
  readonly correct: readonly number[];
  /** Texts that a short answer may be. */
  readonly accepted: readonly string[];
  /** What is said after a short answer. */
  readonly feedback: string;
  /** Index of the page that it was made from, or null. */
  readonly page: number | null;
}
