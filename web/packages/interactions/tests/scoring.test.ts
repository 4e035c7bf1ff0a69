import { expect, test } from "vitest";
import { formatClock, lastBegun } from "../src/clock";
import { answerReport, countRight, isAnswered, isCorrect, score } from "../src/scoring";
import { fill, STRINGS, stringsFor } from "../src/strings";
import type { Question } from "../src/types";

const options = ["A", "B", "C"].map((text) => ({ text, feedback: "" }));
const single: Question = { id: "q1", type: "mcq_single", text: "?", options, correct: [1], accepted: [], feedback: "", page: 0 };
const multi: Question = { ...single, id: "q2", type: "mcq_multi", correct: [0, 2] };
const truth: Question = { ...single, id: "q3", type: "true_false", options: options.slice(0, 2), correct: [1] };
const short: Question = { ...single, id: "q4", type: "short_answer", options: [], correct: [], accepted: ["Human Rights", "人权"] };

const picked = (...indices: number[]) => ({ kind: "picked", options: indices }) as const;
const typed = (text: string) => ({ kind: "typed", text }) as const;

test("a choice is right when exactly the right options are picked", () => {
  expect(isCorrect(single, picked(1))).toBe(true);
  expect(isCorrect(single, picked(0))).toBe(false);
  expect(isCorrect(multi, picked(2, 0))).toBe(true);
  expect(isCorrect(multi, picked(0))).toBe(false);
  expect(isCorrect(multi, picked(0, 1, 2))).toBe(false);
});

test.each(["human rights", "  HUMAN   rights. ", "“Human Rights”", "ｈｕｍａｎ rights", "人权。"])("%j is accepted", (text) => {
  expect(isCorrect(short, typed(text))).toBe(true);
});

test.each(["human right", "", "."])("%j is not accepted", (text) => {
  expect(isCorrect(short, typed(text))).toBe(false);
});

test("an answer says something", () => {
  expect([picked(0), typed("x")].every(isAnswered)).toBe(true);
  expect([null, picked(), typed("  ")].some(isAnswered)).toBe(false);
});

test("every question weighs the same", () => {
  const right = countRight([single, multi, truth], [picked(1), picked(0), null]);

  expect(score(right, 3)).toBe(33);
  expect(score(2, 3)).toBe(67);
  expect(score(0, 0)).toBe(0);
});

test("answers are reported in the words of SCORM 1.2", () => {
  expect(answerReport(multi, picked(0, 2), 2, 1)).toEqual({
    id: "q2-2",
    type: "choice",
    response: "a,c",
    pattern: "a,c",
    isCorrect: true,
    latencyS: 1,
  });
  expect(answerReport(truth, picked(0), 1, 1)).toMatchObject({ type: "true-false", response: "t", pattern: "f" });
  expect(answerReport(short, typed("x".repeat(300)), 1, 1)).toMatchObject({ type: "fill-in", pattern: "Human Rights" });
  expect(answerReport(short, typed("x".repeat(300)), 1, 1).response).toHaveLength(255);
});

test("every language says everything", () => {
  for (const [language, strings] of Object.entries(STRINGS)) {
    expect(strings.language).toBe(language);
    for (const [name, sentence] of Object.entries(STRINGS.en ?? {})) {
      const said = strings[name as keyof typeof strings];
      const places = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
      expect(places(said), `${language} ${name}`).toEqual(places(sentence));
    }
  }
});

test("a language is found by its tag, and English stands in", () => {
  expect(stringsFor("de-AT").language).toBe("de");
  expect(stringsFor("zh-Hans").language).toBe("zh");
  expect(stringsFor("tlh").language).toBe("en");
});

test("a text that looks like a place stays as it is", () => {
  expect(fill("Slide {n} {x}", { n: "{title}" })).toBe("Slide {title} {x}");
});

test("a clock shows minutes and seconds", () => {
  expect([0, 7.9, 61, 600].map(formatClock)).toEqual(["0:00", "0:07", "1:01", "10:00"]);
});

test("the picture is the one that began last", () => {
  const builds = [{ start_s: 0 }, { start_s: 2 }];

  expect(lastBegun(builds, 1.98)).toBe(builds[0]);
  expect(lastBegun(builds, 1.995)).toBe(builds[1]);
  expect(lastBegun([], 1)).toBeNull();
});
