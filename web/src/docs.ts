/** The page of the API (/docs): Swagger UI over /openapi.json, in the theme that the reader chose. */
import "swagger-ui-dist/swagger-ui.css";
import "./styles/docs.css";

import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";

import { withoutOptionalExamples } from "./docs_examples";

const DESCRIPTION = "/openapi.json";
const dark = matchMedia("(prefers-color-scheme: dark)");

/** As preferences.ts keeps it; imported from there, it would cost the main page another request. */
function chosenTheme(): string | null {
  try {
    return localStorage.getItem("conselho.theme");
  } catch {
    return null;
  }
}

function applyTheme(): void {
  const theme = chosenTheme();
  const isDark = theme === "dark" || (theme !== "light" && dark.matches);
  document.documentElement.classList.toggle("dark-mode", isDark);
}

applyTheme();
dark.addEventListener("change", applyTheme);
addEventListener("storage", applyTheme);

SwaggerUI({
  dom_id: "#api",
  url: DESCRIPTION,
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  filter: true,
  responseInterceptor: (response) => {
    if (response.ok && new URL(response.url).pathname === DESCRIPTION) {
      response.text = withoutOptionalExamples(response.text);
    }
    return response;
  },
  // It would ask a server of its makers.
  validatorUrl: null,
});
