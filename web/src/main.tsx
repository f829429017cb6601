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
import "./styles/recent.css";
import "./styles/notes.css";
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
void startLanguage().then(() => {
  applyLanguage();
  applyTab();
  render(<App />, document.getElementById("page") as HTMLElement);
});
startSession();
startVisits();
