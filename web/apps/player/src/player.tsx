import type { LessonSession, Progress } from "@coursecrafter/scorm-runtime";
import { fill, Icon, QuizView, ReviewView, SlideView, type Lesson, type Strings } from "@coursecrafter/interactions";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { answerReport, beginAgain, firstQuestion, handIn, report, turnTo } from "./course";
import { Contents, ContentsDrawer } from "./contents";

interface PlayerProps {
  readonly lesson: Lesson;
  readonly session: LessonSession;
  readonly saved: Progress;
  readonly isResumed: boolean;
  readonly masteryScore: number;
  readonly strings: Strings;
}

/** The lesson: head with progress, contents, the open page, and the way on. */
export function Player({ lesson, session, saved, isResumed, masteryScore, strings }: PlayerProps): JSX.Element {
  const [progress, setProgress] = useState(saved);
  const [hasTurned, setTurned] = useState(false);
  const [isMenuOpen, setMenuOpen] = useState(false);
  const [showsCaptions, setCaptions] = useState(true);
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    report(session, progress, masteryScore);
  }, [session, progress, masteryScore]);
  const open = lesson.pages[progress.page];
  useEffect(() => {
    document.title = `${open?.title ?? ""} · ${lesson.lesson.title}`;
  }, [open, lesson]);
  const turn = (page: number): void => {
    setMenuOpen(false);
    setTurned(true);
    setProgress((before) => turnTo(before, page));
    window.scrollTo(0, 0);
  };
  const total = lesson.pages.length;
  return (
    <div class="player" lang={strings.language}>
      <a class="skip" href="#page">
        {strings.skip}
      </a>
      <header class="top">
        <p class="publisher" lang={lesson.language}>
          {lesson.publisher}
        </p>
        <p class="top-title" lang={lesson.language}>
          {lesson.lesson.title}
        </p>
        <p class="top-count">{fill(strings.page, { n: progress.page + 1, total })}</p>
        <button type="button" class="menu" aria-haspopup="dialog" onClick={() => { setMenuOpen(true); }}>
          <Icon name="list" />
          <span>{strings.contents}</span>
        </button>
        <ProgressLine progress={progress} />
      </header>
      <aside class="rail">
        <Contents lesson={lesson} progress={progress} onTurn={turn} strings={strings} />
      </aside>
      {isMenuOpen && (
        <ContentsDrawer lesson={lesson} progress={progress} onTurn={turn} strings={strings} onClose={() => { setMenuOpen(false); }} />
      )}
      <main id="page" ref={main} tabIndex={-1} lang={lesson.language}>
        {isResumed && !hasTurned && (
          <p class="resumed" role="status" lang={strings.language}>
            {strings.resumed}
          </p>
        )}
        <OpenPage
          key={progress.page}
          lesson={lesson}
          progress={progress}
          masteryScore={masteryScore}
          takesFocus={hasTurned}
          showsCaptions={showsCaptions}
          onCaptions={setCaptions}
          onTurn={turn}
          onChange={setProgress}
          session={session}
          strings={strings}
        />
      </main>
      <footer class="bottom">
        <button type="button" class="quiet previous" disabled={progress.page === 0} onClick={() => { turn(progress.page - 1); }}>
          <Icon name="back" />
          <span>{strings.previous}</span>
        </button>
        <button type="button" class="primary next" disabled={progress.page === total - 1} onClick={() => { turn(progress.page + 1); }}>
          <span>{strings.next}</span>
          <Icon name="forward" />
        </button>
      </footer>
    </div>
  );
}

/** One stroke for each page; many pages make one line. The words beside it say the same. */
function ProgressLine({ progress }: { readonly progress: Progress }): JSX.Element {
  const kind = progress.visited.length > 60 ? "strokes is-dense" : "strokes";
  return (
    <div class={kind} aria-hidden="true">
      {progress.visited.map((seen, index) => (
        <i key={index} class={index === progress.page ? "is-open" : seen ? "is-seen" : ""} />
      ))}
    </div>
  );
}

interface OpenPageProps {
  readonly lesson: Lesson;
  readonly progress: Progress;
  readonly masteryScore: number;
  readonly takesFocus: boolean;
  readonly showsCaptions: boolean;
  readonly onCaptions: (shown: boolean) => void;
  readonly onTurn: (page: number) => void;
  readonly onChange: (progress: Progress) => void;
  readonly session: LessonSession;
  readonly strings: Strings;
}

function OpenPage(props: OpenPageProps): JSX.Element {
  const { lesson, progress, takesFocus, onTurn, onChange, session, strings } = props;
  const page = lesson.pages[progress.page];
  if (page?.kind === "slide") {
    return <SlideView page={page} {...props} />;
  }
  if (page?.kind !== "quiz") {
    return page ? <ReviewView page={page} lesson={lesson} takesFocus={takesFocus} onTurn={onTurn} strings={strings} /> : <></>;
  }
  const first = firstQuestion(lesson, progress.page);
  return (
    <QuizView
      page={page}
      lesson={lesson}
      answers={progress.answers.slice(first, first + page.questions.length)}
      masteryScore={props.masteryScore}
      bestScore={progress.bestScore}
      takesFocus={takesFocus}
      onAnswer={(index, answer, latencyS) => {
        const question = page.questions[index];
        if (question) session.reportAnswer(answerReport(question, answer, progress.attempt, latencyS));
        onChange(handIn(progress, lesson, first + index, answer));
      }}
      onRestart={() => {
        onChange(beginAgain(progress, first, page.questions.length));
      }}
      onTurn={onTurn}
      strings={strings}
    />
  );
}
