import { TYPED_ANSWER_LIMIT_CHARS, type Answer } from "@coursecrafter/scorm-runtime";
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { Icon } from "./icons";
import { SourceLink } from "./review";
import { isAnswered, isCorrect } from "./scoring";
import { fill, type Strings } from "./strings";
import type { Lesson, Question } from "./types";

interface QuestionViewProps {
  readonly question: Question;
  readonly index: number;
  readonly total: number;
  /** The answer that was handed in; null: still open. */
  readonly given: Answer | null;
  readonly lesson: Lesson;
  readonly onAnswer: (answer: Answer, latencyS: number) => void;
  readonly onNext: () => void;
  readonly onTurn: (page: number) => void;
  readonly strings: Strings;
}

/** One question with its answer, and what there is to say about it once it is handed in. */
export function QuestionView(props: QuestionViewProps): JSX.Element {
  const { question, index, total, given, strings } = props;
  const [draft, setDraft] = useState<Answer | null>(null);
  const shownAt = useRef(Date.now());
  const answer = given ?? draft;
  const id = `question-${String(index + 1)}`;
  return (
    <form
      class="question"
      onSubmit={(event) => {
        event.preventDefault();
        if (given) props.onNext();
        else if (isAnswered(draft)) props.onAnswer(draft, (Date.now() - shownAt.current) / 1000);
      }}
    >
      <p class="eyebrow">{fill(strings.question, { n: index + 1, total })}</p>
      <fieldset aria-describedby={`${id}-hint`}>
        <legend>
          <h2>{question.text}</h2>
        </legend>
        <p class="hint" id={`${id}-hint`}>
          {hint(question, strings)}
        </p>
        {question.type === "short_answer" ? (
          <TypedAnswer id={id} answer={answer} isFinal={given !== null} onDraft={setDraft} strings={strings} />
        ) : (
          <PickedAnswer id={id} question={question} answer={answer} given={given} onDraft={setDraft} strings={strings} />
        )}
      </fieldset>
      <div class="verdict" role="status">
        {given && <Verdict question={question} answer={given} strings={strings} />}
      </div>
      {given && <SourceLink page={question.page} lesson={props.lesson} onTurn={props.onTurn} strings={strings} />}
      <p class="question-tools">
        <button type="submit" class="primary" disabled={!isAnswered(answer)}>
          {given ? (index + 1 < total ? strings.nextQuestion : strings.showResult) : strings.check}
        </button>
      </p>
    </form>
  );
}

function hint(question: Question, strings: Strings): string {
  if (question.type === "short_answer") return strings.typeAnswer;
  return question.type === "mcq_multi" ? strings.pickMany : strings.pickOne;
}

interface PickedAnswerProps {
  readonly id: string;
  readonly question: Question;
  readonly answer: Answer | null;
  readonly given: Answer | null;
  readonly onDraft: (answer: Answer) => void;
  readonly strings: Strings;
}

function PickedAnswer({ id, question, answer, given, onDraft, strings }: PickedAnswerProps): JSX.Element {
  const picked = answer?.kind === "picked" ? answer.options : [];
  const isMany = question.type === "mcq_multi";
  const pick = (option: number, isOn: boolean): void => {
    const others = isMany ? picked.filter((other) => other !== option) : [];
    onDraft({ kind: "picked", options: (isOn ? [...others, option] : others).sort((a, b) => a - b) });
  };
  return (
    <ul class="options">
      {question.options.map((option, index) => {
        const isRight = question.correct.includes(index);
        const isPicked = picked.includes(index);
        const verdict = given ? (isRight ? " is-right" : isPicked ? " is-wrong" : " is-other") : "";
        return (
          <li key={index} class={`option${isPicked ? " is-picked" : ""}${verdict}`}>
            <label>
              <input
                type={isMany ? "checkbox" : "radio"}
                name={id}
                checked={isPicked}
                disabled={given !== null}
                onChange={(event) => {
                  pick(index, event.currentTarget.checked);
                }}
              />
              <span class="option-text">{option.text}</span>
              {given && isRight && <Mark name="check" words={strings.correct} />}
              {given && !isRight && isPicked && <Mark name="cross" words={strings.incorrect} />}
            </label>
          </li>
        );
      })}
    </ul>
  );
}

function Mark({ name, words }: { readonly name: "check" | "cross"; readonly words: string }): JSX.Element {
  return (
    <span class="mark">
      <Icon name={name} />
      <span class="unseen">{words}</span>
    </span>
  );
}

interface TypedAnswerProps {
  readonly id: string;
  readonly answer: Answer | null;
  readonly isFinal: boolean;
  readonly onDraft: (answer: Answer) => void;
  readonly strings: Strings;
}

function TypedAnswer({ id, answer, isFinal, onDraft, strings }: TypedAnswerProps): JSX.Element {
  return (
    <p class="typed">
      <label for={`${id}-answer`}>{strings.yourAnswer}</label>
      <input
        id={`${id}-answer`}
        type="text"
        autocomplete="off"
        maxLength={TYPED_ANSWER_LIMIT_CHARS}
        value={answer?.kind === "typed" ? answer.text : ""}
        readOnly={isFinal}
        onInput={(event) => {
          onDraft({ kind: "typed", text: event.currentTarget.value });
        }}
      />
    </p>
  );
}

function Verdict({ question, answer, strings }: { readonly question: Question; readonly answer: Answer; readonly strings: Strings }): JSX.Element {
  const isRight = isCorrect(question, answer);
  const right = answer.kind === "typed" ? question.accepted.slice(0, 1) : rightTexts(question);
  return (
    <div class={`verdict-card ${isRight ? "is-right" : "is-wrong"}`}>
      <p class="verdict-head">
        <Icon name={isRight ? "check" : "cross"} />
        {isRight ? strings.correct : strings.incorrect}
      </p>
      {!isRight && <p>{fill(strings.rightAnswer, { answer: right.join(" · ") })}</p>}
      {feedbackTexts(question, answer).map((text) => (
        <p key={text}>{text}</p>
      ))}
    </div>
  );
}

function rightTexts(question: Question): string[] {
  return question.correct.map((option) => question.options[option]?.text ?? "");
}

/** What the author says about each picked option, once where options share a sentence. */
function feedbackTexts(question: Question, answer: Answer): string[] {
  const texts = answer.kind === "typed" ? [question.feedback] : answer.options.map((option) => question.options[option]?.feedback ?? "");
  return [...new Set(texts)].filter((text) => text !== "");
}
