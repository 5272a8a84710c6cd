import { defineConfig } from "vite";

/** The page is built into the Python package, which serves it; `npm run dev` proxies to a server. */
export default defineConfig({
  base: "./",
  build: {
    outDir: "../src/immersions/server/page",
    emptyOutDir: true,
    target: "es2022",
    // Everything comes from files of our own: the server forbids inline scripts and data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: ["index.html", "stage.html"] },
  },
  worker: { format: "es" },
  server: {
    proxy: {
      "/api": "http://127.0.0.1:8765",
      "/ws": { target: "ws://127.0.0.1:8765", ws: true },
    },
  },
});
