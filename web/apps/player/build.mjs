/** Build the learner player into the Python package: player.js, player.css, a font, the player's words, licences. */
import { build } from "esbuild";
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "../../../src/coursecrafter/engines/e4_elearning/player");
const strings = join(here, "../../packages/interactions/src/strings");
const require = createRequire(import.meta.url);
const folderOf = (name) => dirname(require.resolve(`${name}/package.json`));

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
await build({
  entryPoints: { player: join(here, "src/main.tsx") },
  outdir: target,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2020", "chrome90", "firefox90", "safari14.1"],
  jsx: "automatic",
  jsxImportSource: "preact",
  charset: "utf8",
  legalComments: "none",
});
await build({
  entryPoints: { player: join(here, "src/styles/player.css") },
  outdir: target,
  bundle: true,
  minify: true,
  external: ["*.woff2"],
  target: ["chrome90", "firefox90", "safari14.1"],
});
await copyFile(join(folderOf("@fontsource-variable/inter"), "files/inter-latin-wght-normal.woff2"), join(target, "inter.woff2"));

// The engine writes pages that need no JavaScript in the same words.
const words = {};
for (const name of (await readdir(strings)).sort()) {
  words[name.replace(".json", "")] = JSON.parse(await readFile(join(strings, name), "utf8"));
}
await writeFile(join(target, "strings.json"), JSON.stringify(words));

const notices = [
  ["Preact (player.js)", join(folderOf("preact"), "LICENSE")],
  ["Inter (inter.woff2)", join(folderOf("@fontsource-variable/inter"), "LICENSE")],
];
const licences = await Promise.all(notices.map(async ([name, path]) => `${name}\n\n${await readFile(path, "utf8")}`));
await writeFile(join(target, "licences.txt"), licences.join("\n\n"));
