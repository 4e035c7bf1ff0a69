import type { Answer, AnswerReport } from "@coursecrafter/scorm-runtime";
import type { Question } from "./types";

/** Whether an answer is right: all right options and no other, or one of the accepted texts. */
export function isCorrect(question: Question, answer: Answer): boolean {
  if (answer.kind === "typed") {
    return question.accepted.some((accepted) => plainText(accepted) === plainText(answer.text));
  }
  const picked = new Set(answer.options);
  return picked.size === question.correct.length && question.correct.every((option) => picked.has(option));
}

/** Whether an answer says anything. */
export function isAnswered(answer: Answer | null): answer is Answer {
  return answer !== null && (answer.kind === "typed" ? answer.text.trim() !== "" : answer.options.length > 0);
}

/** Count the right answers; questions and answers in the same order. */
export function countRight(questions: readonly Question[], answers: readonly (Answer | null)[]): number {
  return questions.filter((question, index) => {
    const answer = answers[index] ?? null;
    return answer !== null && isCorrect(question, answer);
  }).length;
}

/** Score of 0 to 100; every question weighs the same. */
export function score(right: number, total: number): number {
  return total === 0 ? 0 : Math.round((100 * right) / total);
}

/** Write an answer as SCORM 1.2 keeps it: options as letters, true-false as t or f, texts cut at 255 characters. */
export function answerReport(question: Question, answer: Answer, attempt: number, latencyS: number): AnswerReport {
  const common = { id: `${question.id}-${String(attempt)}`, isCorrect: isCorrect(question, answer), latencyS };
  if (answer.kind === "typed") {
    const pattern = (question.accepted[0] ?? "").slice(0, 255);
    return { ...common, type: "fill-in", response: answer.text.slice(0, 255), pattern };
  }
  if (question.type === "true_false") {
    return { ...common, type: "true-false", response: truth(answer.options), pattern: truth(question.correct) };
  }
  return { ...common, type: "choice", response: letters(answer.options), pattern: letters(question.correct) };
}

/** The first option of a true-false question is "true". */
function truth(options: readonly number[]): string {
  return options[0] === 0 ? "t" : "f";
}

function letters(options: readonly number[]): string {
  return options.map((option) => (option + 10).toString(36)).join(",");
}

/** A text as answers are compared: without case, width, outer punctuation and doubled blanks. */
function plainText(text: string): string {
  const folded = text.normalize("NFKC").toLowerCase().replace(/\s+/gu, " ");
  return folded.replace(/^[\p{P}\s]+|[\p{P}\s]+$/gu, "");
}
