import type { Answer } from "@coursecrafter/scorm-runtime";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { PageHeading } from "./heading";
import { QuestionView } from "./question";
import { QuizResult } from "./result";
import { isAnswered } from "./scoring";
import type { Strings } from "./strings";
import type { Lesson, QuizPage } from "./types";

export interface QuizViewProps {
  readonly page: QuizPage;
  readonly lesson: Lesson;
  /** One place for each question of the page; null: not answered yet. */
  readonly answers: readonly (Answer | null)[];
  readonly masteryScore: number;
  readonly bestScore: number | null;
  readonly takesFocus: boolean;
  readonly onAnswer: (question: number, answer: Answer, latencyS: number) => void;
  readonly onRestart: () => void;
  readonly onTurn: (page: number) => void;
  readonly strings: Strings;
}

/** A quiz: one question at a time, each answered once, then the result. */
export function QuizView(props: QuizViewProps): JSX.Element {
  const { page, answers } = props;
  const firstOpen = answers.findIndex((answer) => !isAnswered(answer));
  const [current, setCurrent] = useState(firstOpen < 0 ? page.questions.length : firstOpen);
  const shown = useRef(current);
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Focus follows to the next question, but stays on the heading when the page has just been opened.
    if (shown.current !== current) body.current?.focus();
    shown.current = current;
  }, [current]);
  const question = page.questions[current];
  const answer = answers[current] ?? null;
  return (
    <article class="page page-quiz">
      <PageHeading eyebrow={props.lesson.lesson.title} title={page.title} takesFocus={props.takesFocus} />
      {page.description && current === 0 && !answer && <p class="lead">{page.description}</p>}
      <div class="quiz-body" ref={body} tabIndex={-1}>
        {question ? (
          <QuestionView
            key={`${question.id}-${String(current)}`}
            question={question}
            index={current}
            total={page.questions.length}
            given={answer}
            lesson={props.lesson}
            onAnswer={(picked, latencyS) => {
              props.onAnswer(current, picked, latencyS);
            }}
            onNext={() => {
              setCurrent(current + 1);
            }}
            onTurn={props.onTurn}
            strings={props.strings}
          />
        ) : (
          <QuizResult
            {...props}
            onRestart={() => {
              props.onRestart();
              setCurrent(0);
            }}
          />
        )}
      </div>
    </article>
  );
}
