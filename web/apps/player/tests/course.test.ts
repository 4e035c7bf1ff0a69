import { freshProgress, type Progress } from "@coursecrafter/scorm-runtime";
import type { Lesson, Question } from "@coursecrafter/interactions";
import { expect, test } from "vitest";
import { beginAgain, firstQuestion, handIn, lessonStatus, turnTo } from "../src/course";

const question = (id: string): Question => ({
  id,
  type: "mcq_single",
  text: "?",
  options: [],
  correct: [0],
  accepted: [],
  feedback: "",
  page: null,
});
const slide = { kind: "slide", title: "", number: 1, audio: null, builds: [] } as const;
const quiz = (...ids: string[]) => ({ kind: "quiz", title: "", description: "", questions: ids.map(question) }) as const;
const lesson: Lesson = {
  format: 1,
  revision: "r",
  course: { code: "C", name: "" },
  lesson: { code: "L", title: "", objective: null },
  publisher: "",
  language: "en",
  direction: "ltr",
  mastery_score: 70,
  pages: [slide, quiz("a", "b"), slide, quiz("c")],
};
const fresh: Progress = freshProgress({ revision: "r", pageCount: 4, questionCount: 3 });
const right = { kind: "picked", options: [0] } as const;
const wrong = { kind: "picked", options: [1] } as const;

test("a quiz page knows its own questions", () => {
  expect([1, 3].map((page) => firstQuestion(lesson, page))).toEqual([0, 2]);
});

test("the score counts when the last question is answered", () => {
  const two = handIn(handIn(fresh, lesson, 0, right), lesson, 1, wrong);

  expect(two.bestScore).toBeNull();
  expect(lessonStatus(two, 70)).toBe("incomplete");
  expect(handIn(two, lesson, 2, right).bestScore).toBe(67);
  expect(lessonStatus(handIn(two, lesson, 2, right), 70)).toBe("failed");
});

test("a worse second try does not lower the score", () => {
  const passed = [0, 1, 2].reduce((before, index) => handIn(before, lesson, index, right), fresh);
  const again = beginAgain(passed, 0, 2);

  expect(again.answers).toEqual([null, null, right]);
  expect(again.attempt).toBe(2);
  const worse = handIn(handIn(again, lesson, 0, wrong), lesson, 1, wrong);
  expect(worse.bestScore).toBe(100);
  expect(lessonStatus(worse, 70)).toBe("passed");
});

test("a lesson without questions is completed by reading all of it", () => {
  const unread = { ...fresh, answers: [] };
  const read = [0, 1, 2, 3].reduce(turnTo, unread);

  expect(lessonStatus(turnTo(unread, 2), 70)).toBe("incomplete");
  expect(lessonStatus(read, 70)).toBe("completed");
});
