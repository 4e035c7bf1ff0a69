import { createPreviewApi, findApi, freshProgress, LessonSession, openShelf } from "@coursecrafter/scorm-runtime";
import { stringsFor, type Lesson } from "@coursecrafter/interactions";
import { render } from "preact";
import { allQuestions, turnTo } from "./course";
import { Player } from "./player";

declare global {
  interface Window {
    /** Set by scenes.js: a page that is opened from disk may not fetch scenes.json. */
    courseCrafterLesson?: Lesson;
  }
}

function start(lesson: Lesson, root: HTMLElement): void {
  const shape = { revision: lesson.revision, pageCount: lesson.pages.length, questionCount: allQuestions(lesson).length };
  const shelfKey = `coursecrafter:${lesson.course.code}:${lesson.lesson.code}`;
  const api = findApi(window) ?? createPreviewApi(openShelf(() => window.localStorage), shelfKey);
  const session = new LessonSession(api, shape);
  const { progress, page, masteryScore } = session.start(lesson.mastery_score);
  const known = progress ?? { ...freshProgress(shape), page: page ?? 0 };
  for (const leaving of ["pagehide", "beforeunload"]) {
    window.addEventListener(leaving, () => {
      session.finish();
    });
  }
  // A page taken from the browser's cache comes back with a finished session: SCORM 1.2 allows no second one.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
  // Phones end a page in the background without another word.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") session.commit();
  });
  render(
    <Player
      lesson={lesson}
      session={session}
      saved={turnTo(known, known.page)}
      isResumed={known.page > 0}
      masteryScore={masteryScore}
      strings={stringsFor(lesson.language)}
    />,
    root,
  );
}

const root = document.getElementById("player");
if (root && window.courseCrafterLesson) start(window.courseCrafterLesson, root);
