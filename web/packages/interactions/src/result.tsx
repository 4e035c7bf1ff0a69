import type { JSX } from "preact";
import { Icon } from "./icons";
import type { QuizViewProps } from "./quiz";
import { countRight, isCorrect, score } from "./scoring";
import { fill } from "./strings";

/** How the quiz went: score, verdict, each question's mark, and another try. */
export function QuizResult(props: QuizViewProps): JSX.Element {
  const { page, answers, masteryScore, bestScore, strings } = props;
  const right = countRight(page.questions, answers);
  const total = page.questions.length;
  const reached = score(right, total);
  const isPassed = reached >= masteryScore;
  const isBetterKnown = bestScore !== null && bestScore > reached;
  return (
    <section class={`result ${isPassed ? "is-passed" : "is-failed"}`} aria-labelledby="result-heading">
      <div class="result-head">
        <ScoreRing score={reached} text={fill(strings.score, { score: reached })} />
        <div role="status">
          <h2 id="result-heading">{strings.result}</h2>
          <p class="result-score">
            {fill(strings.score, { score: reached })} · {fill(strings.scoreOf, { right, total })}
          </p>
          <p class="result-verdict">{isPassed ? strings.passed : fill(strings.failed, { mastery: masteryScore })}</p>
          {isBetterKnown && <p class="hint">{fill(strings.best, { score: bestScore })}</p>}
        </div>
      </div>
      <ol class="result-list">
        {page.questions.map((question, index) => {
          const answer = answers[index] ?? null;
          const isRight = answer !== null && isCorrect(question, answer);
          return (
            <li key={question.id} class={isRight ? "is-right" : "is-wrong"}>
              <Icon name={isRight ? "check" : "cross"} />
              <span class="unseen">{isRight ? strings.correct : strings.incorrect}</span>
              <span>{question.text}</span>
            </li>
          );
        })}
      </ol>
      <p class="question-tools">
        <button type="button" class={isPassed ? "quiet" : "primary"} onClick={props.onRestart}>
          {strings.again}
        </button>
      </p>
    </section>
  );
}

function ScoreRing({ score: reached, text }: { readonly score: number; readonly text: string }): JSX.Element {
  return (
    <svg class="ring" viewBox="0 0 120 120" width="120" height="120" aria-hidden="true" focusable="false">
      <circle class="ring-track" cx="60" cy="60" r="52" pathLength={100} />
      <circle class="ring-score" cx="60" cy="60" r="52" pathLength={100} stroke-dasharray={`${String(reached)} 100`} />
      <text x="60" y="60">
        {text}
      </text>
    </svg>
  );
}
