export { findApi, type Frame, type ScormApi } from "./api";
export { createPreviewApi, openShelf, type Shelf } from "./preview";
export { LessonSession, type AnswerReport, type LessonStatus, type Resumed } from "./session";
export {
  freshProgress,
  packProgress,
  SUSPEND_LIMIT_CHARS,
  TYPED_ANSWER_LIMIT_CHARS,
  unpackProgress,
  type Answer,
  type LessonShape,
  type Progress,
} from "./suspend";
export { formatTimeOfDay, formatTimespan } from "./timespan";
