import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";

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

/** The server sends these in place of the files themselves (api/page.py). */
function compressed(): Plugin {
  return {
    name: "conselho-compressed",
    apply: "build",
    async writeBundle({ dir = "" }) {
      const names = await readdir(join(dir, "assets"));
      const texts = names.filter((name) => /\.(js|css|svg)$/.test(name)).map((name) => join(dir, "assets", name));
      await Promise.all(texts.map(compress));
    },
  };
}

const [brotlied, gzipped] = [promisify(brotliCompress), promisify(gzip)] as const;

async function compress(path: string): Promise<void> {
  const whole = await readFile(path);
  const coded = { ".br": await brotlied(whole), ".gz": await gzipped(whole, { level: 9 }) };
  for (const [suffix, bytes] of Object.entries(coded)) {
    if (bytes.length < whole.length) await writeFile(path + suffix, bytes);
  }
}

export default defineConfig({
  plugins: [firstPaint(), compressed()],
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
  // A busy machine is no failure.
  test: { include: ["tests/**/*.test.ts"], environment: "node", testTimeout: 60_000, hookTimeout: 60_000 },
});
