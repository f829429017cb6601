/**
 * The way in, over a page that keeps what it shows and what was typed on it. Fetched when a server
 * asks for a token.
 */
import "../styles/form.css";
import "../styles/login.css";

import { useEffect, useRef, useState } from "preact/hooks";

import { logIn } from "../access";
import { reasonOf } from "../actions";
import { ApiError } from "../api";
import { now } from "../clock";
import { loginMessages } from "../i18n/login";
import { Mark } from "../parts/mark";
import { loaded } from "../session";
import { Appearance, Wordmark } from "./topbar";

type Trouble = { readonly kind: "missing" } | { readonly kind: "slow"; readonly until: number } | { readonly kind: "failed"; readonly error: unknown };

export function Login() {
  const t = loginMessages.value;
  return (
    <div class="login" onKeyDown={(event) => event.stopPropagation()}>
      <header class="topbar">
        <Wordmark />
        <Appearance id="login-appearance" />
      </header>
      <main>
        <section class="login-band">
          <h1>{t.title}</h1>
          <p>{loaded.value ? t.ended : t.about}</p>
        </section>
        <LoginForm />
        <section class="login-how">
          <p>{t.how}</p>
          <code>conselho token create --role viewer --name NAME</code>
          <p class="quiet">{t.roles}</p>
        </section>
      </main>
    </div>
  );
}

function LoginForm() {
  const t = loginMessages.value;
  const [token, setToken] = useState("");
  const [shown, setShown] = useState(false);
  const [sending, setSending] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const wait = trouble?.kind === "slow" ? secondsTo(trouble.until) : 0;
  const send = async () => {
    if (sending || wait > 0) return;
    if (token.trim() === "") return refuse({ kind: "missing" });
    setSending(true);
    await logIn(token.trim()).catch((error: unknown) => refuse(troubleOf(error)));
    setSending(false);
  };
  const refuse = (reason: Trouble) => {
    setTrouble(reason);
    field.current?.focus();
    field.current?.select();
  };
  return (
    <form
      class="login-form"
      aria-label={t.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {/* A token has no user name, but password managers keep nothing without one. */}
      <input class="unseen" type="text" name="username" value="conselho" autocomplete="username" readOnly tabIndex={-1} aria-hidden="true" />
      <div class={`field ${trouble ? "is-wrong" : ""}`}>
        <label for="login-token">{t.token}</label>
        <div class="token">
          <input
            id="login-token"
            name="password"
            ref={field}
            {...(shown ? { type: "text" as const } : { type: "password" as const })}
            autocomplete="current-password"
            autocapitalize="off"
            spellcheck={false}
            required
            aria-invalid={trouble !== null}
            aria-describedby="login-trouble"
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
          <button type="button" class="button" aria-pressed={shown} aria-controls="login-token" onClick={() => setShown(!shown)}>
            {shown ? t.hide : t.show}
          </button>
        </div>
        <p class="wrong" id="login-trouble" role="alert">
          {trouble && (
            <>
              <Mark kind={wait > 0 ? "waiting" : "error"} /> {words(trouble, wait)}
            </>
          )}
        </p>
      </div>
      <button type="submit" class="button filled" aria-disabled={sending || wait > 0}>
        {sending ? t.entering : t.enter}
      </button>
    </form>
  );
}

/** Read with the clock of the page, so that it counts down. */
function secondsTo(until: number): number {
  return now.value === 0 ? 0 : Math.max(0, Math.ceil((until - Date.now()) / 1_000));
}

function troubleOf(error: unknown): Trouble {
  if (error instanceof ApiError && error.status === 429) {
    return { kind: "slow", until: Date.now() + (error.retryAfterMs ?? 60_000) };
  }
  return { kind: "failed", error };
}

function words(trouble: Trouble, wait: number): string {
  const t = loginMessages.value;
  if (trouble.kind === "missing") return t.missing;
  if (trouble.kind === "slow") return wait > 0 ? t.slow(wait) : t.slowOver;
  const { error } = trouble;
  if (error instanceof ApiError && error.status === 401) return t.wrong;
  if (error instanceof ApiError && error.status === 0) return t.away;
  return t.failed(reasonOf(error));
}
