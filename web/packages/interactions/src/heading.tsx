import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface PageHeadingProps {
  readonly eyebrow: string;
  readonly title: string;
  /** Whether the page was turned by the learner, so that focus follows to its heading. */
  readonly takesFocus: boolean;
}

/** A page's heading; a reader that cannot see the page change hears it. */
export function PageHeading({ eyebrow, title, takesFocus }: PageHeadingProps): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (takesFocus) heading.current?.focus();
  }, [takesFocus, title, eyebrow]);
  return (
    <header class="page-head">
      <p class="eyebrow">{eyebrow}</p>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
    </header>
  );
}
