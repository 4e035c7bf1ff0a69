import type { JSX } from "preact";
import type { Strings } from "./strings";
import type { Build, TextPart } from "./types";

interface SlideTextProps {
  readonly builds: readonly Build[];
  /** The build that is being spoken, to be marked; null: none. */
  readonly spoken: Build | null;
  readonly strings: Strings;
}

/** The text of a slide as text: to be read, searched, enlarged and heard by a screen reader. */
export function SlideText({ builds, spoken, strings }: SlideTextProps): JSX.Element | null {
  const withText = builds.filter((build) => build.text.length > 0);
  if (withText.length === 0) return null;
  return (
    <details class="slide-text" open>
      <summary>
        <h2>{strings.text}</h2>
      </summary>
      <div class="slide-text-body">
        {withText.map((build, index) => (
          <div key={index} class={`build${build === spoken ? " is-spoken" : ""}`}>
            {grouped(build.text).map((group, place) => (
              <TextGroup key={place} parts={group} />
            ))}
          </div>
        ))}
      </div>
    </details>
  );
}

/** Bullets that follow each other make one list. */
function grouped(parts: readonly TextPart[]): TextPart[][] {
  const groups: TextPart[][] = [];
  for (const part of parts) {
    const last = groups[groups.length - 1];
    if (part.kind === "bullet" && last?.[0]?.kind === "bullet") last.push(part);
    else groups.push([part]);
  }
  return groups;
}

function TextGroup({ parts }: { readonly parts: readonly TextPart[] }): JSX.Element {
  const first = parts[0];
  if (first?.kind === "bullet") {
    return (
      <ul>
        {parts.map((part, index) => (
          <li key={index} class={`level-${String(Math.min(part.level, 3))}`}>
            {part.text}
          </li>
        ))}
      </ul>
    );
  }
  if (first?.kind === "table") return <TextTable rows={first.rows} />;
  return <p class={first?.kind === "subtitle" ? "subtitle" : ""}>{first?.text}</p>;
}

function TextTable({ rows }: { readonly rows: readonly (readonly string[])[] }): JSX.Element {
  const [head, ...body] = rows;
  return (
    <div class="table">
      <table>
        <thead>
          <tr>
            {head?.map((cell, index) => (
              <th key={index} scope="col">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {body.map((row, index) => (
            <tr key={index}>
              {row.map((cell, place) => (
                <td key={place}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
