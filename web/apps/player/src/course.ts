import type { Answer, Progress } from "@coursecrafter/scorm-runtime";
import { answerReport, countRight, isAnswered, score, type Lesson, type Question } from "@coursecrafter/interactions";
import type { LessonSession, LessonStatus } from "@coursecrafter/scorm-runtime";

/** All questions of a lesson in order; a quiz page owns a run of them. */
export function allQuestions(lesson: Lesson): Question[] {
  return lesson.pages.flatMap((page) => (page.kind === "quiz" ? page.questions : []));
}

/** Index of a quiz page's first question among all questions of the lesson. */
export function firstQuestion(lesson: Lesson, page: number): number {
  return lesson.pages.slice(0, page).reduce((sum, before) => sum + (before.kind === "quiz" ? before.questions.length : 0), 0);
}

/** Turn to a page. */
export function turnTo(progress: Progress, page: number): Progress {
  return { ...progress, page, visited: progress.visited.map((seen, index) => seen || index === page) };
}

/** Hand in an answer; when it is the last open one, the score counts if it is the best so far. */
export function handIn(progress: Progress, lesson: Lesson, question: number, answer: Answer): Progress {
  const answers = progress.answers.map((old, index) => (index === question ? answer : old));
  if (!answers.every(isAnswered)) return { ...progress, answers };
  const questions = allQuestions(lesson);
  const reached = score(countRight(questions, answers), questions.length);
  return { ...progress, answers, bestScore: Math.max(reached, progress.bestScore ?? 0) };
}

/** Begin the questions of a quiz page anew. */
export function beginAgain(progress: Progress, first: number, count: number): Progress {
  const answers = progress.answers.map((old, index) => (index >= first && index < first + count ? null : old));
  return { ...progress, answers, attempt: progress.attempt + 1 };
}

/** What an LMS is told: a quiz decides by its score, a lesson without one by its pages. */
export function lessonStatus(progress: Progress, masteryScore: number): LessonStatus {
  if (progress.bestScore !== null) return progress.bestScore >= masteryScore ? "passed" : "failed";
  const isRead = progress.answers.length === 0 && progress.visited.every((seen) => seen);
  return isRead ? "completed" : "incomplete";
}

/** Tell the LMS where a learner stands. */
export function report(session: LessonSession, progress: Progress, masteryScore: number): void {
  if (progress.bestScore !== null) session.saveScore(progress.bestScore);
  session.saveStatus(lessonStatus(progress, masteryScore));
  session.saveProgress(progress);
}

export { answerReport };
