import { expect, test } from "vitest";
import { freshProgress, packProgress, SUSPEND_LIMIT_CHARS, unpackProgress, type Progress } from "../src";

const shape = { revision: "ab12cd34", pageCount: 14, questionCount: 3 };

const somewhere: Progress = {
  page: 4,
  visited: [true, true, false, true, true, false, false, false, false, false, false, false, false, true],
  answers: [{ kind: "picked", options: [0, 12] }, null, { kind: "typed", text: "Menschenwürde; 人权. حقوق" }],
  attempt: 2,
  bestScore: 67,
};

test("progress comes back as it was packed", () => {
  expect(unpackProgress(packProgress(somewhere, shape.revision), shape)).toEqual(somewhere);
});

test("fresh progress comes back as it was packed", () => {
  expect(unpackProgress(packProgress(freshProgress(shape), shape.revision), shape)).toEqual(freshProgress(shape));
});

test("packed progress is printable ASCII", () => {
  expect(packProgress(somewhere, shape.revision)).toMatch(/^[\x20-\x7e]+$/);
});

test("progress of another edition is not taken over", () => {
  expect(unpackProgress(packProgress(somewhere, "00000000"), shape)).toBeNull();
});

test.each(["", "nonsense", "2;ab12cd34", '{"page":4}', "1;ab12cd34;4;;;;"])("%j is no progress of ours", (packed) => {
  expect(unpackProgress(packed, shape)).toBeNull();
});

test("damaged parts are read as nothing", () => {
  const progress = unpackProgress("2;ab12cd34;!;!!;-;;t%%%.pz-!.x", shape);

  expect(progress?.page).toBe(0);
  expect(progress?.attempt).toBe(1);
  expect(progress?.visited).not.toContain(true);
  expect(progress?.answers[0]).toEqual({ kind: "typed", text: "" });
  expect(progress?.answers[2]).toBeNull();
});

test("a lesson of 300 pages and 30 long typed answers fits", () => {
  const answers = Array.from({ length: 20 }, () => ({ kind: "typed", text: "人".repeat(99) }) as const);

  const packed = packProgress({ ...somewhere, visited: Array<boolean>(300).fill(true), answers }, shape.revision);

  expect(packed.length).toBeLessThanOrEqual(SUSPEND_LIMIT_CHARS);
  expect(unpackProgress(packed, { ...shape, pageCount: 300, questionCount: 20 })?.answers[19]).toEqual({
    kind: "typed",
    text: "人".repeat(40),
  });
});

test("where typed answers do not fit they go, and picked ones stay", () => {
  const typed = Array.from({ length: 60 }, () => ({ kind: "typed", text: "人".repeat(40) }) as const);
  const answers = [{ kind: "picked", options: [1] } as const, ...typed];

  const packed = packProgress({ ...somewhere, answers }, shape.revision);

  expect(packed.length).toBeLessThanOrEqual(SUSPEND_LIMIT_CHARS);
  expect(unpackProgress(packed, { ...shape, questionCount: 61 })?.answers[0]).toEqual({ kind: "picked", options: [1] });
});

test("where nothing else fits the page is still kept", () => {
  const answers = Array.from({ length: 3000 }, () => ({ kind: "picked", options: [1, 2] }) as const);

  const packed = packProgress({ ...somewhere, answers }, shape.revision);

  expect(unpackProgress(packed, shape)?.page).toBe(4);
});
