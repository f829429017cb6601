import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const API = process.env.CONSELHO_URL ?? "http://127.0.0.1:8000";

/**
 * Start the two fonts of the first view together with the script, and hold the first paint until
 * the script ran: the chosen theme is known only to the script, and a strict content security
 * policy forbids the usual inline one.
 */
function firstPaint(): Plugin {
  return {
    name: "conselho-first-paint",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle, path }) {
        if (path !== "/index.html") return html;
        const fonts = Object.keys(bundle ?? {}).filter((file) =>
          /(besley|archivo)-latin-wght-normal.*\.woff2$/.test(file),
        );
        return {
          html: html.replace('<script type="module"', '<script type="module" blocking="render"'),
          tags: fonts.map((file) => ({
            tag: "link",
            injectTo: "head-prepend" as const,
            attrs: { rel: "preload", as: "font", type: "font/woff2", href: `/${file}`, crossorigin: "" },
          })),
        };
      },
    },
  };
}

export default defineConfig({
  plugins: [firstPaint()],
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": API, "/healthz": API, "/readyz": API },
  },
  build: {
    outDir: "../src/conselho/web_dist",
    emptyOutDir: true,
    target: "es2022",
    // A data: URI would need its own permission in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The page, and that of the API, most of which is Swagger UI.
    rollupOptions: { input: ["index.html", "docs.html"] },
    chunkSizeWarningLimit: 2000,
  },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
