import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { PageHeading } from "./heading";
import { Icon } from "./icons";
import { fill, type Strings } from "./strings";
import type { Entry, Lesson, ReviewPage } from "./types";

interface ReviewViewProps {
  readonly page: ReviewPage;
  readonly lesson: Lesson;
  readonly takesFocus: boolean;
  readonly onTurn: (page: number) => void;
  readonly strings: Strings;
}

/** An accordion or a timeline: what a lesson said, to be opened entry by entry. */
export function ReviewView({ page, lesson, takesFocus, onTurn, strings }: ReviewViewProps): JSX.Element {
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set([0]));
  const isAllOpen = opened.size === page.entries.length;
  const toggle = (index: number): void => {
    const next = new Set(opened);
    if (!next.delete(index)) next.add(index);
    setOpened(next);
  };
  return (
    <article class={`page page-review page-${page.kind}`}>
      <PageHeading eyebrow={lesson.lesson.title} title={page.title} takesFocus={takesFocus} />
      {page.description && <p class="lead">{page.description}</p>}
      <p class="review-tools">
        <button
          type="button"
          class="quiet"
          onClick={() => {
            setOpened(new Set(isAllOpen ? [] : page.entries.keys()));
          }}
        >
          {isAllOpen ? strings.closeAll : strings.openAll}
        </button>
      </p>
      <ol class="entries">
        {page.entries.map((entry, index) => (
          <EntryView
            key={index}
            index={index}
            entry={entry}
            isOpen={opened.has(index)}
            onToggle={() => {
              toggle(index);
            }}
          >
            <SourceLink page={entry.page} lesson={lesson} onTurn={onTurn} strings={strings} />
          </EntryView>
        ))}
      </ol>
    </article>
  );
}

interface EntryViewProps {
  readonly index: number;
  readonly entry: Entry;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly children: JSX.Element;
}

function EntryView({ index, entry, isOpen, onToggle, children }: EntryViewProps): JSX.Element {
  const id = `entry-${String(index + 1)}`;
  return (
    <li class={`entry${isOpen ? " is-open" : ""}`}>
      <h2>
        <button type="button" aria-expanded={isOpen} aria-controls={id} onClick={onToggle}>
          <span class="entry-number" aria-hidden="true">
            {index + 1}
          </span>
          <span class="entry-title">{entry.title}</span>
          <Icon name="chevron" />
        </button>
      </h2>
      <div id={id} class="entry-body" hidden={!isOpen}>
        {entry.text.split("\n").map((line, place) => (
          <p key={place}>{line}</p>
        ))}
        {children}
      </div>
    </li>
  );
}

interface SourceLinkProps {
  readonly page: number | null;
  readonly lesson: Lesson;
  readonly onTurn: (page: number) => void;
  readonly strings: Strings;
}

/** The way back to the slide that something was taken from. */
export function SourceLink({ page, lesson, onTurn, strings }: SourceLinkProps): JSX.Element {
  const source = page === null ? undefined : lesson.pages[page];
  if (page === null || source?.kind !== "slide") return <></>;
  return (
    <p class="source">
      <button
        type="button"
        class="quiet"
        onClick={() => {
          onTurn(page);
        }}
      >
        {fill(strings.lookAgain, { n: source.number })}
      </button>
    </p>
  );
}
