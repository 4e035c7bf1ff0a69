import { expect, test } from "vitest";
import { createPreviewApi, findApi, formatTimespan, freshProgress, LessonSession, openShelf, type Frame, type ScormApi } from "../src";

const shape = { revision: "ab12cd34", pageCount: 8, questionCount: 2 };
const answer = { id: "q1-1", type: "choice", response: "a", pattern: "b", isCorrect: false, latencyS: 2.5 } as const;

/** An LMS that keeps what it is told and can refuse elements. */
function lms(values: Record<string, string> = {}, refused = ""): ScormApi & { values: Record<string, string>; calls: string[] } {
  const calls: string[] = [];
  const say = (call: string): string => {
    calls.push(call);
    return "true";
  };
  return {
    values,
    calls,
    LMSInitialize: () => say("initialize"),
    LMSFinish: () => say("finish"),
    LMSCommit: () => say("commit"),
    LMSGetLastError: () => "0",
    LMSGetValue: (element) => values[element] ?? "",
    LMSSetValue: (element, value) => {
      if (refused !== "" && element.startsWith(refused)) return "false";
      values[element] = value;
      return "true";
    },
  };
}

function frame(parts: Partial<Frame>): Frame {
  const self = { opener: null, ...parts } as { parent: Frame };
  self.parent = parts.parent ?? (self);
  return self;
}

test("the API is found above, and above the opener, but not in a foreign frame", () => {
  const api = lms();
  const top = frame({ API: api });
  const foreign = new Proxy({} as Frame, {
    get: () => {
      throw new Error("cross-origin");
    },
  });

  expect(findApi(frame({ parent: frame({ parent: top }) }))).toBe(api);
  expect(findApi(frame({ opener: frame({ parent: top }) }))).toBe(api);
  expect(findApi(frame({ parent: frame({ opener: top }) }))).toBe(api);
  expect(findApi(frame({ API: "no api" }))).toBeNull();
  expect(findApi(frame({ parent: foreign }))).toBeNull();
});

test("a second launch goes on where the first one stopped", () => {
  const first = lms();
  const session = new LessonSession(first, shape);
  session.start(70);
  session.saveProgress({ ...freshProgress(shape), page: 4 });
  session.finish();

  const resumed = new LessonSession(lms(first.values), shape).start(70);

  expect(first.values["cmi.core.lesson_location"]).toBe("5");
  expect(resumed.progress?.page).toBe(4);
  expect(resumed.page).toBe(4);
});

test("a new edition opens at the remembered page, as far as there is one", () => {
  const resumed = new LessonSession(lms({ "cmi.core.lesson_location": "99", "cmi.suspend_data": "2;old;" }), shape).start(70);

  expect(resumed).toEqual({ progress: null, page: 7, masteryScore: 70 });
});

test.each([["80", 80], ["0", 0], ["", 70], ["much", 70], ["101", 70]])("mastery score %j of the LMS means %d", (said, used) => {
  expect(new LessonSession(lms({ "cmi.student_data.mastery_score": said }), shape).start(70).masteryScore).toBe(used);
});

test("a session is finished once, with its time and a suspend", () => {
  const api = lms();
  let now = 0;
  const session = new LessonSession(api, shape, () => new Date(now));
  session.start(70);
  now = 61_005;

  session.finish();
  session.finish();
  session.commit();

  expect(api.values["cmi.core.session_time"]).toBe("0000:01:01.01");
  expect(api.values["cmi.core.exit"]).toBe("suspend");
  expect(api.calls).toEqual(["initialize", "commit", "finish"]);
});

test("a lesson begins as incomplete, and keeps a status that it was given", () => {
  const fresh = lms({ "cmi.core.lesson_status": "not attempted" });
  const done = lms({ "cmi.core.lesson_status": "passed" });

  new LessonSession(fresh, shape).start(70);
  new LessonSession(done, shape).start(70);

  expect(fresh.values["cmi.core.lesson_status"]).toBe("incomplete");
  expect(done.values["cmi.core.lesson_status"]).toBe("passed");
});

test("score and answers are written as SCORM 1.2 names them", () => {
  const api = lms({ "cmi.interactions._count": "3" });
  const session = new LessonSession(api, shape, () => new Date(2026, 0, 1, 9, 5, 7));
  session.start(70);

  session.saveScore(50);
  session.reportAnswer(answer);

  expect(api.values).toMatchObject({
    "cmi.core.score.min": "0",
    "cmi.core.score.max": "100",
    "cmi.core.score.raw": "50",
    "cmi.interactions.3.id": "q1-1",
    "cmi.interactions.3.time": "09:05:07",
    "cmi.interactions.3.type": "choice",
    "cmi.interactions.3.correct_responses.0.pattern": "b",
    "cmi.interactions.3.student_response": "a",
    "cmi.interactions.3.result": "wrong",
    "cmi.interactions.3.latency": "0000:00:02.50",
  });
});

test("an LMS without a journal of answers is asked once", () => {
  const api = lms({}, "cmi.interactions");
  const session = new LessonSession(api, shape);
  session.start(70);

  session.reportAnswer(answer);
  session.reportAnswer({ ...answer, id: "q2-1" });

  expect(Object.keys(api.values).filter((element) => element.startsWith("cmi.interactions"))).toEqual([]);
});

test("a review changes neither score nor status nor journal", () => {
  const api = lms({ "cmi.core.lesson_mode": "review", "cmi.core.lesson_status": "passed", "cmi.core.score.raw": "90" });
  const session = new LessonSession(api, shape);
  session.start(70);

  session.saveScore(10);
  session.saveStatus("failed");
  session.reportAnswer(answer);

  expect(api.values["cmi.core.lesson_status"]).toBe("passed");
  expect(api.values["cmi.core.score.raw"]).toBe("90");
});

test("an LMS that throws stops no lesson", () => {
  const broken: ScormApi = new Proxy({} as ScormApi, {
    get: () => () => {
      throw new Error("network is gone");
    },
  });
  const session = new LessonSession(broken, shape);

  expect(session.start(70)).toEqual({ progress: null, page: null, masteryScore: 70 });
  session.saveProgress(freshProgress(shape));
  session.finish();
});

test.each([
  [0, "0000:00:00.00"],
  [59.999, "0000:01:00.00"],
  [3661.5, "0001:01:01.50"],
  [-5, "0000:00:00.00"],
  [4e9, "9999:59:59.99"],
])("%d seconds are the time span %s", (seconds, span) => {
  expect(formatTimespan(seconds)).toBe(span);
});

test("a preview keeps what a learner did, also where the browser keeps nothing", () => {
  const shelf = openShelf(() => {
    throw new Error("closed");
  });
  const session = new LessonSession(createPreviewApi(shelf, "lesson"), shape);
  session.start(70);
  session.saveProgress({ ...freshProgress(shape), page: 2 });
  session.finish();

  const again = new LessonSession(createPreviewApi(shelf, "lesson"), shape).start(70);
  const other = new LessonSession(createPreviewApi(shelf, "other"), shape).start(70);

  expect(again.progress?.page).toBe(2);
  expect(other.progress).toBeNull();
});

test.each(["not json", "null", "[1]", '{"cmi.suspend_data": 5}'])("a preview ignores %j on its shelf", (kept) => {
  const api = createPreviewApi({ getItem: () => kept, setItem: () => undefined }, "lesson");

  expect(api.LMSGetValue("cmi.suspend_data")).toBe("");
});

test("a full shelf is told, not thrown", () => {
  const full = {
    getItem: () => null,
    setItem: () => {
      throw new Error("quota");
    },
  };

  expect(createPreviewApi(full, "lesson").LMSCommit("")).toBe("false");
});
