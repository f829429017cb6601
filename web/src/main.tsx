import "./styles/fonts.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/marks.css";
import "./styles/portrait.css";
import "./styles/bar.css";
import "./styles/band.css";
import "./styles/kpis.css";
import "./styles/attention.css";
import "./styles/council.css";
import "./styles/footer.css";
import "./styles/lost.css";

import { render } from "preact";

import { applyLanguage, startLanguage } from "./i18n";
import { locked } from "./access";
import { applyTab } from "./overview";
import { forgetOldTrees } from "./parts/forget";
import { startFilter } from "./council/filter";
import { startKeys } from "./keys";
import { applyTheme, followOtherTabs } from "./preferences";
import { startRouting } from "./route";
import { startSession } from "./session";
import { startVisits } from "./visit";
import { App } from "./views/app";

forgetOldTrees();
applyTheme();
followOtherTabs();
startRouting();
startFilter();
startKeys(() => locked.value);
// Not awaited at the top level: what is loaded later shares this module's code, and would wait for it.
const page = document.getElementById("page") as HTMLElement;
void startLanguage().then(() => {
  applyLanguage();
  applyTab();
  render(<App />, page);
}, sayThatWordsAreMissing);
startSession();
startVisits();

/** Without the words of any language, in both of the page's. */
function sayThatWordsAreMissing(): void {
  const said = document.createElement("p");
  said.setAttribute("role", "alert");
  said.className = "first-load";
  said.append("Conselho: uma parte da página não chegou. A part of the page did not arrive. ");
  const again = document.createElement("button");
  again.className = "button";
  again.textContent = "Recarregar / Reload";
  again.addEventListener("click", () => location.reload());
  said.append(again);
  page.replaceChildren(said);
}
