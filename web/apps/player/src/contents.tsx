import type { Progress } from "@coursecrafter/scorm-runtime";
import { Icon, type Lesson, type Strings } from "@coursecrafter/interactions";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface ContentsProps {
  readonly lesson: Lesson;
  readonly progress: Progress;
  readonly onTurn: (page: number) => void;
  readonly strings: Strings;
}

/** The pages of the lesson, with those that were seen. */
export function Contents({ lesson, progress, onTurn, strings }: ContentsProps): JSX.Element {
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }, [progress.page]);
  return (
    <nav ref={nav} class="contents" aria-label={strings.contents}>
      <ol>
        {lesson.pages.map((page, index) => {
          const isOpen = index === progress.page;
          const isSeen = progress.visited[index] === true;
          return (
            <li key={index} class={`kind-${page.kind}${isSeen ? " is-seen" : ""}`}>
              <button type="button" aria-current={isOpen ? "page" : undefined} onClick={() => { onTurn(index); }}>
                <span class="contents-number" aria-hidden="true">
                  {isSeen && !isOpen ? <Icon name="check" /> : index + 1}
                </span>
                <span class="contents-title" lang={lesson.language}>
                  {page.title}
                </span>
                {isSeen && <span class="unseen">({strings.visited})</span>}
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

/** The same list over the page, where there is no room beside it. The browser keeps the focus inside and closes on Escape. */
export function ContentsDrawer({ onClose, ...contents }: ContentsProps & { readonly onClose: () => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    dialog.current?.querySelector<HTMLElement>("[aria-current]")?.focus();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="drawer"
      aria-label={contents.strings.contents}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close();
      }}
    >
      <div class="drawer-head">
        <p>{contents.strings.contents}</p>
        <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
          {contents.strings.close}
        </button>
      </div>
      <Contents {...contents} />
    </dialog>
  );
}
