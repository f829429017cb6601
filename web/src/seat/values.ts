/** The values of two drafts that differ, by field, for a person to choose between. */
import { fieldOf } from "../agenda/draft";
import { pathsOf, type Fields, type Sections } from "./patch";

export interface Difference {
  readonly field: string;
  readonly mine: unknown;
  readonly theirs: unknown;
}

export function differences(mine: Sections, theirs: Sections, fields: readonly string[]): Difference[] {
  const paths = pathsOf(mine).filter((path) => path !== "schedule.type");
  return fields.flatMap((field) => {
    const path = paths.find((each) => fieldOf(each) === field);
    return path === undefined ? [] : [{ field, mine: valueAt(mine, path), theirs: valueAt(theirs, path) }];
  });
}

function valueAt(sections: Sections, path: string): unknown {
  const [section, key] = path.split(".");
  const value = sections[section!];
  return key === undefined ? value : (value as Fields | undefined)?.[key];
}
