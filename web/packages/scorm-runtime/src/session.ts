import type { ScormApi } from "./api";
import { packProgress, unpackProgress, type LessonShape, type Progress } from "./suspend";
import { formatTimeOfDay, formatTimespan } from "./timespan";

/** An answered question as the LMS keeps it. Source: SCORM 1.2 RTE, cmi.interactions. */
export interface AnswerReport {
  readonly id: string;
  readonly type: "choice" | "true-false" | "fill-in";
  readonly response: string;
  readonly pattern: string;
  readonly isCorrect: boolean;
  readonly latencyS: number;
}

export type LessonStatus = "incomplete" | "completed" | "passed" | "failed";

export interface Resumed {
  readonly progress: Progress | null;
  /** The page that the LMS remembers, for when saved progress is of another revision; null if none. */
  readonly page: number | null;
  /** The score from which a learner passes: the LMS's where it names one. */
  readonly masteryScore: number;
}

/**
 * One launch of a lesson, from LMSInitialize to LMSFinish.
 *
 * Whatever the LMS refuses, the lesson goes on: a learner can always read and answer.
 */
export class LessonSession {
  private isOpen = false;
  private isReview = false;
  private keepsAnswers = true;
  private answerCount = 0;
  private readonly startedMs: number;

  constructor(
    private readonly api: ScormApi,
    private readonly shape: LessonShape,
    private readonly now: () => Date = () => new Date(),
  ) {
    this.startedMs = now().getTime();
  }

  /** Open the session and give what an earlier launch left. */
  start(masteryScore: number): Resumed {
    this.isOpen = this.call(() => this.api.LMSInitialize("")) === "true";
    this.isReview = ["review", "browse"].includes(this.read("cmi.core.lesson_mode"));
    this.answerCount = readCount(this.read("cmi.interactions._count"));
    if (["", "not attempted", "unknown"].includes(this.read("cmi.core.lesson_status"))) this.saveStatus("incomplete");
    const location = Number.parseInt(this.read("cmi.core.lesson_location"), 10);
    return {
      progress: unpackProgress(this.read("cmi.suspend_data"), this.shape),
      page: location >= 1 ? Math.min(location, this.shape.pageCount) - 1 : null,
      masteryScore: readScore(this.read("cmi.student_data.mastery_score")) ?? masteryScore,
    };
  }

  /** Keep where the learner is and what was answered. */
  saveProgress(progress: Progress): void {
    this.write("cmi.core.lesson_location", String(progress.page + 1));
    this.write("cmi.suspend_data", packProgress(progress, this.shape.revision));
    this.commit();
  }

  saveStatus(status: LessonStatus): void {
    if (!this.isReview) this.write("cmi.core.lesson_status", status);
  }

  /** Keep a score of 0 to 100. */
  saveScore(score: number): void {
    if (this.isReview) return;
    this.write("cmi.core.score.min", "0");
    this.write("cmi.core.score.max", "100");
    this.write("cmi.core.score.raw", String(score));
  }

  /** Append an answer to the LMS's journal; an LMS without one is asked once. */
  reportAnswer(report: AnswerReport): void {
    if (!this.keepsAnswers || this.isReview) return;
    const entry = `cmi.interactions.${String(this.answerCount)}`;
    this.keepsAnswers = this.write(`${entry}.id`, report.id);
    if (!this.keepsAnswers) return;
    this.answerCount += 1;
    this.write(`${entry}.time`, formatTimeOfDay(this.now()));
    this.write(`${entry}.type`, report.type);
    this.write(`${entry}.correct_responses.0.pattern`, report.pattern);
    this.write(`${entry}.student_response`, report.response);
    this.write(`${entry}.result`, report.isCorrect ? "correct" : "wrong");
    this.write(`${entry}.latency`, formatTimespan(report.latencyS));
  }

  /** Close the session; safe to call twice, since browsers announce a leaving page more than once. */
  finish(): void {
    if (!this.isOpen) return;
    this.write("cmi.core.session_time", formatTimespan((this.now().getTime() - this.startedMs) / 1000));
    // "suspend" even when done: with any other exit an LMS may throw the answers away before a second look.
    this.write("cmi.core.exit", "suspend");
    this.commit();
    this.call(() => this.api.LMSFinish(""));
    this.isOpen = false;
  }

  commit(): void {
    if (this.isOpen) this.call(() => this.api.LMSCommit(""));
  }

  private read(element: string): string {
    return this.isOpen ? this.call(() => this.api.LMSGetValue(element)) : "";
  }

  private write(element: string, value: string): boolean {
    return this.isOpen && this.call(() => this.api.LMSSetValue(element, value)) === "true";
  }

  /** Some LMSs answer with booleans, some throw when the network is gone. */
  private call(ask: () => string | boolean | number | null | undefined): string {
    try {
      return String(ask() ?? "");
    } catch {
      return "";
    }
  }
}

function readCount(text: string): number {
  const count = Number.parseInt(text, 10);
  return count > 0 ? count : 0;
}

function readScore(text: string): number | null {
  const score = text.trim() === "" ? Number.NaN : Number(text);
  return score >= 0 && score <= 100 ? score : null;
}
