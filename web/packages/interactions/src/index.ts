export { QuizView } from "./quiz";
export { ReviewView } from "./review";
export { answerReport, countRight, isAnswered, isCorrect, score } from "./scoring";
export { SlideView } from "./slide";
export { fill, STRINGS, stringsFor, type Strings } from "./strings";
export { Icon } from "./icons";
export type * from "./types";
