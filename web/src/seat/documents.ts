/** The JSON that the forms read, by the names that they use for it. */
import type { components } from "../../generated/openapi";
import type { CouncilorConfig, Policies, Schedule } from "../wire";

type Schemas = components["schemas"];

/** An agent with all of its catalogue entry, with or without a seat. */
export type SeatAgent = Schemas["Agent"];
/** What the server keeps of a seat; an older one may not tell all of it. */
export type SeatConfig = Pick<CouncilorConfig, "title"> & {
  readonly schedule: Pick<Schedule, "type" | "value" | "timezone"> & Partial<Schedule>;
  readonly task: Pick<CouncilorConfig["task"], "name" | "prompt"> & Partial<CouncilorConfig["task"]>;
  readonly notifications?: Partial<CouncilorConfig["notifications"]>;
  readonly policies?: Partial<Policies>;
};

export type OutputFormat = CouncilorConfig["task"]["output_format"];
export type Channel = CouncilorConfig["notifications"]["channels"][number];
export type Permissions = Policies["permissions"];
export type Evidence = Policies["evidence"];

/** In the list of all agents. */
export type ListedAgent = Schemas["CatalogueEntry"];

export type Catalogue = Schemas["Catalogue"];
/** A task for any agent, or an agent with a trade. */
export type Entry = Catalogue["templates"][number] | Catalogue["investigators"][number];

/** Sentences of troubles are in English, with the cure. */
export type Health = Schemas["Checkup"];
export type ProviderHealth = Health["providers"][number];
