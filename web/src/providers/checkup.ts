/** What the server's examination found, kept between visits of its view: it starts programs, and takes seconds. */
import { signal } from "@preact/signals";

import { call } from "../api";
import type { components } from "../../generated/openapi";

type Schemas = components["schemas"];
export type Checkup = Schemas["Checkup"];
export type ProviderHealth = Schemas["ProviderHealth"];
export type CouncilorHealth = Schemas["CouncilorHealth"];
export type Trouble = Schemas["Trouble"];
export type Health = Schemas["Health"];

/** Younger than this an answer is not asked for again by itself. */
const FRESH_MS = 60_000;

export const checkup = signal<Checkup | null>(null);
export const checking = signal(false);
/** Why the last examination could not be had. */
export const refusal = signal<unknown>(null);

let askedAt = -Infinity;

export function checkWhenOld(): void {
  if (performance.now() - askedAt > FRESH_MS) check();
}

export function check(): void {
  if (checking.value) return;
  checking.value = true;
  askedAt = performance.now();
  call("GET", "/api/doctor")
    .then(
      (answer) => {
        checkup.value = answer;
        refusal.value = null;
      },
      (error: unknown) => {
        refusal.value = error;
        askedAt = -Infinity;
      },
    )
    .finally(() => {
      checking.value = false;
    });
}

const WORST_FIRST: readonly Health[] = ["error", "warning", "ready", "not_installed"];

/** Those that somebody needs, worst first; then those that could be used, ready ones first. */
export function sorted(providers: readonly ProviderHealth[]): { used: ProviderHealth[]; free: ProviderHealth[] } {
  const rank = (one: ProviderHealth) => WORST_FIRST.indexOf(one.state);
  const ready = (one: ProviderHealth) => ["ready", "warning", "error", "not_installed"].indexOf(one.state);
  return {
    used: providers.filter((one) => one.used_by > 0).sort((a, b) => rank(a) - rank(b)),
    free: providers.filter((one) => one.used_by === 0).sort((a, b) => ready(a) - ready(b)),
  };
}
