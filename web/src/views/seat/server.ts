/** What the steps to a seat need of the server. */
import { ApiError } from "../../api";
import { createAgent, deleteAgent, getAgent, promote, type Seated } from "../../seat/api";
import type { Server } from "../../seat/steps";

export const server: Server<Seated> = {
  create: createAgent,
  promote,
  remove: deleteAgent,
  newKey: () => newKey(),
  agent: (agentId) =>
    getAgent(agentId).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    }),
};

/** `crypto.randomUUID` is only there for https and loopback. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
