import { describe, expect, it } from "vitest";

import { retryAfter } from "../src/api";

const said = (value: string) => retryAfter(new Headers({ "Retry-After": value }));

describe("how long a server asks to be left alone", () => {
  it("is told in seconds or as a date", () => {
    expect(said("7")).toBe(7_000);
    expect(said("Thu, 01 Jan 1970 00:00:00 GMT")).toBe(0);
  });

  it("is not known when it does not say, and has a bound", () => {
    expect(retryAfter(new Headers())).toBeNull();
    expect(said("soon")).toBeNull();
    expect(said("999999999")).toBe(600_000);
  });
});
