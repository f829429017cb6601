/**
 * A seat for a new agent takes two requests: one makes the agent, one gives it the seat. Any of them
 * may be refused, or be carried out without an answer reaching us. How far it came is kept beside the
 * draft, so that the next try goes on from there: nothing is made twice, and nothing stays behind.
 */
import { ApiError } from "../api";
import type { SeatAgent } from "./documents";
import type { Fields } from "./patch";

/** A request whose answer is not known: sent again with its key, it is answered and not done twice. */
interface Sent {
  readonly body: string;
  readonly key: string;
}

export interface Progress {
  readonly creating?: Sent;
  /** The agent that was made, as it was sent. */
  readonly created?: string;
  readonly promoting?: Sent;
}

/** What the two requests need of the server. */
export interface Server<Answer> {
  create(form: Fields, key: string): Promise<unknown>;
  promote(agentId: string, form: Fields, key: string): Promise<Answer>;
  /** null when there is none. */
  agent(agentId: string): Promise<SeatAgent | null>;
  remove(agentId: string): Promise<unknown>;
  newKey(): string;
}

/** The id belongs to somebody else, or has a seat already. */
export class IdTaken extends Error {
  constructor(
    readonly agentId: string,
    readonly isCouncilor: boolean,
  ) {
    super(agentId);
  }
}

/**
 * `keep` is told how far it came, before each request and after it. Rejects with an ApiError or
 * IdTaken; what `keep` was told last is where the next try goes on.
 */
export async function seatNewAgent<Answer>(
  agent: Fields,
  seat: Fields,
  from: Progress,
  server: Server<Answer>,
  keep: (progress: Progress) => void,
): Promise<Answer> {
  const id = String(agent.agent_id);
  const made = await makeAgent(agent, from, server, keep);
  try {
    return await giveSeat(id, seat, made, server, keep);
  } catch (error) {
    const isGone = error instanceof ApiError && error.status === 404 && from.created !== undefined;
    // Somebody has deleted it since: it is made anew.
    if (isGone) return seatNewAgent(agent, seat, {}, server, keep);
    throw error;
  }
}

/** The same for an agent that is there already. */
export async function giveSeat<Answer>(
  agentId: string,
  seat: Fields,
  from: Progress,
  server: Pick<Server<Answer>, "promote" | "newKey">,
  keep: (progress: Progress) => void,
): Promise<Answer> {
  const body = JSON.stringify([agentId, seat]);
  const sent = from.promoting?.body === body ? from.promoting : { body, key: server.newKey() };
  keep({ ...from, promoting: sent });
  try {
    return await server.promote(agentId, seat, sent.key);
  } catch (error) {
    if (isUncertain(error)) throw error;
    keep(without(from, "promoting"));
    throw error instanceof ApiError && error.status === 409 ? new IdTaken(agentId, true) : error;
  }
}

async function makeAgent<Answer>(
  agent: Fields,
  from: Progress,
  server: Server<Answer>,
  keep: (progress: Progress) => void,
): Promise<Progress> {
  const body = JSON.stringify(agent);
  if (from.created === body) return from;
  const before = from.created ?? from.creating?.body;
  if (before !== undefined && before !== body) await takeBack(before, server);
  const creating = from.creating?.body === body ? from.creating : { body, key: server.newKey() };
  keep({ creating });
  try {
    await server.create(agent, creating.key);
  } catch (error) {
    if (isUncertain(error)) throw error;
    const asked = from.creating?.body === body;
    if (!asked || !(await isOurs(body, server))) {
      keep({});
      throw await refusal(error, agent, server);
    }
  }
  const created = { created: body };
  keep(created);
  return created;
}

/** The id of the agent that was made, or may have been. */
export function madeId(progress: Progress): string | null {
  const body = progress.created ?? progress.creating?.body;
  return body === undefined ? null : idIn(body);
}

/** Nobody wants the seat any more: an agent that was made for it goes. */
export async function abandon<Answer>(progress: Progress, server: Server<Answer>): Promise<void> {
  const body = progress.created ?? progress.creating?.body;
  if (body !== undefined) await takeBack(body, server);
}

/** An agent that we made, or may have made, and that is to be another one now. */
async function takeBack<Answer>(body: string, server: Server<Answer>): Promise<void> {
  if (await isOurs(body, server)) await server.remove(idIn(body));
}

/** Nobody has done anything with it since. */
async function isOurs<Answer>(body: string, server: Server<Answer>): Promise<boolean> {
  const sent = JSON.parse(body) as Fields;
  const found = await server.agent(idIn(body));
  return found !== null && !found.is_councilor && found.version === 1 && found.provider === sent.provider;
}

async function refusal<Answer>(error: unknown, agent: Fields, server: Server<Answer>): Promise<unknown> {
  if (!(error instanceof ApiError) || error.status !== 409) return error;
  const id = String(agent.agent_id);
  const found = await server.agent(id).catch(() => null);
  return found === null ? error : new IdTaken(id, found.is_councilor);
}

/** The request may have been carried out, or still be. */
function isUncertain(error: unknown): boolean {
  if (!(error instanceof ApiError)) return true;
  const { status, retryAfterMs } = error;
  return status === 0 || status >= 500 || (status === 409 && retryAfterMs !== null) || status === 401 || status === 429;
}

function idIn(body: string): string {
  return String((JSON.parse(body) as Fields).agent_id);
}

function without(progress: Progress, key: keyof Progress): Progress {
  return Object.fromEntries(Object.entries(progress).filter(([name]) => name !== key));
}
