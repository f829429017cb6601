import type { AppearanceMessages } from "./appearance.pt-BR";

/** The words of the appearance menu in English. */
export const appearanceEn: AppearanceMessages = {
  theme: "Theme",
  themes: { system: "System", light: "Light", dark: "Dark" },
  language: "Language",
  languages: { system: "Browser", "pt-BR": "Português", en: "English" },
  density: "Density",
  densities: { auto: "Automatic", comfortable: "Comfortable", dense: "Dense" },
  notices: "Notices",
  notify: "Notify me while the page is hidden",
  notifyAsk: "The browser will ask whether it may.",
  notifyOn: "Only while no tab shows the council, and as each councilor says.",
  notifyDenied: "The browser refuses notifications from this address. Allow them at the lock beside the address, then try again.",
  notifyMissing: "This browser lets no page notify here. It takes https or a local address.",
  sound: "A short sound with each notice",
  soundBlocked: "After a reload the browser plays it only once you have clicked on the page.",
  keyboard: "Keyboard",
  letterKeys: "Shortcuts of one letter",
  allKeys: "See the shortcuts",
};
