import { h, render } from "preact";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { SeatAgent } from "../src/seat/documents";
import { blankDraft, draftOfAgent, type SeatDraft } from "../src/seat/draft";
import { draftFor, keepDraft } from "../src/seat/drafts";
import { keepLeftOver } from "../src/seat/left_over";
import { type Drafting, useDraft } from "../src/views/form/use_draft";

interface Note {
  readonly title: string;
  readonly prompt: string;
}

const FIELDS = { title: "title", prompt: "prompt" };
const HAD: Note = { title: "Old", prompt: "Look." };

/** A form without elements: what counts is what it holds. */
function openForm(): Drafting<Note> {
  let drafting: Drafting<Note> | undefined;
  const Form = () => {
    drafting = useDraft("note", { value: HAD, version: 1 }, FIELDS, true);
    return null;
  };
  render(h(Form, null), { childNodes: [], firstChild: null, namespaceURI: "" } as unknown as Element);
  return drafting!;
}

describe("a draft that is saved", () => {
  beforeEach(() => {
    vi.stubGlobal("document", {});
    keepDraft("note", null);
  });
  afterEach(() => vi.unstubAllGlobals());

  it("is what the server made of it, and kept no longer", () => {
    const form = openForm();
    form.change({ title: " New " });
    const sent = form.now().draft;
    expect(form.saved({ value: { ...HAD, title: "New" }, version: 2 }, sent)).toBe(true);
    expect(form.now()).toMatchObject({ draft: { title: "New", prompt: "Look." }, version: 2 });
    expect(draftFor("note", HAD)).toBeNull();
  });

  it("keeps what was written while it was on its way, in the same field too", () => {
    const form = openForm();
    form.change({ title: "New" });
    const sent = form.now().draft;
    form.change({ title: "Newer", prompt: "Look twice." });
    const value = { ...HAD, title: "New" };
    expect(form.saved({ value, version: 2 }, sent)).toBe(false);
    expect(form.now()).toMatchObject({ base: value, draft: { title: "Newer", prompt: "Look twice." }, version: 2 });
    expect(draftFor("note", HAD)).toMatchObject({ base: value, draft: { title: "Newer", prompt: "Look twice." }, version: 2 });
  });
});

describe("a draft of which a part is saved", () => {
  beforeEach(() => {
    vi.stubGlobal("document", {});
    keepDraft("note", null);
  });
  afterEach(() => vi.unstubAllGlobals());

  it("takes what the server made of that part, and keeps the rest", () => {
    const form = openForm();
    form.change({ title: "New ", prompt: "Look twice." });
    const value = { ...HAD, title: "New" };
    expect(form.accepts({ value, version: 2 }, form.now().draft, ["title"])).toBe(true);
    expect(form.now()).toMatchObject({ base: value, draft: { title: "New", prompt: "Look twice." }, version: 2, conflict: null });
  });

  it("keeps what was written on in the meantime", () => {
    const form = openForm();
    form.change({ title: "New " });
    const sent = form.now().draft;
    form.change({ title: "New York" });
    const value = { ...HAD, title: "New" };
    expect(form.accepts({ value, version: 2 }, sent, ["title"])).toBe(true);
    expect(form.now()).toMatchObject({ base: value, draft: { title: "New York" } });
  });

  it("asks when somebody else has changed what is still to be saved", () => {
    const form = openForm();
    form.change({ title: "New ", prompt: "Look twice." });
    const value = { title: "New", prompt: "Look thrice." };
    expect(form.accepts({ value, version: 2 }, form.now().draft, ["title"])).toBe(false);
    expect(form.now().conflict?.fields).toEqual(["prompt"]);
    form.settle("mine");
    expect(form.now()).toMatchObject({ base: value, draft: { prompt: "Look twice." }, conflict: null });
  });
});

describe("a draft whose seat is given", () => {
  const AGENT = {
    ...{ agent_id: "ana", name: "Ana", tags: [], version: 4 },
    councilor_config: {
      title: "Guardiã",
      schedule: { type: "interval", value: "1d", timezone: "UTC" },
      task: { name: "Testes", prompt: "Rode." },
    },
  } as unknown as SeatAgent;
  const sent: SeatDraft = { ...blankDraft("claude", "UTC"), agentId: "ana", name: "Ana", title: " Guardiã", taskName: "Testes", prompt: "Rode." };
  const left = () => draftFor<Partial<SeatDraft>>("edit/ana", {});
  beforeEach(() => keepDraft("edit/ana", null));

  it("leaves what was written meanwhile to the form of the seat", () => {
    keepLeftOver(AGENT, sent, { ...sent, prompt: "Rode tudo." }, "UTC");
    expect(left()).toMatchObject({ base: draftOfAgent(AGENT, "UTC"), draft: { prompt: "Rode tudo.", title: "Guardiã" }, version: 4 });
  });

  it("leaves what was written of the agent, too", () => {
    keepLeftOver(AGENT, sent, { ...sent, name: "Anna" }, "UTC");
    expect(left()).toMatchObject({ base: { name: "Ana" }, draft: { name: "Anna" } });
  });

  it("leaves nothing when nothing was", () => {
    keepLeftOver(AGENT, sent, sent, "UTC");
    keepLeftOver(AGENT, sent, { ...sent, agentId: "anna" }, "UTC");
    expect(left()).toBeNull();
  });
});
