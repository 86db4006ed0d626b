import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The screens, built for a strict CSP: nothing inline, no eval, no data: URLs, one stylesheet. */
export default defineConfig({
  root: "src-renderer",
  base: "/",
  plugins: [react()],
  build: {
    outDir: "../dist/renderer",
    emptyOutDir: true,
    // The licence texts of what the screens hold.
    license: { fileName: "licenses.md" },
    target: "chrome130",
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
});
