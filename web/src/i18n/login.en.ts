/** Words of the login in English; the keys are those of `login.pt-BR.ts`. */
import type { LoginMessages } from "./login.pt-BR";

export const loginEn: LoginMessages = {
  title: "The chamber sits behind closed doors.",
  about: "This council receives only those who show a token.",
  ended: "Your session has ended. Log in again: what was open is still here.",
  form: "Log in",
  token: "Token",
  show: "Show",
  hide: "Hide",
  enter: "Log in",
  entering: "Logging in",
  how: "None yet? Whoever runs the server makes a token with this command, and it is shown only once:",
  roles: "viewer looks; operator also runs, pauses and cancels; admin also edits.",
  missing: "Paste the token here.",
  wrong: "This token is not accepted: it is wrong, has expired, or was revoked.",
  slow: (seconds) => `Too many attempts from this address. You can try again in ${seconds} s.`,
  slowOver: "You can try again now.",
  away: "The server did not answer. Try again in a moment.",
  failed: (what) => `You could not be logged in: ${what}`,
};
