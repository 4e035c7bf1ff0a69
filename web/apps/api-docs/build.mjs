/** Bring the API's pages into the Python package: Swagger UI, the page that starts it, its licences. */
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "../../../src/coursecrafter/api/docs_page");
const swagger = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
for (const name of ["index.html", "start.js", "page.css", "icon.svg"]) {
  await copyFile(join(here, "src", name), join(target, name));
}
// Without the line that points at a source map, which is not served.
for (const name of ["swagger-ui-bundle.js", "swagger-ui.css"]) {
  const text = await readFile(join(swagger, name), "utf8");
  await writeFile(join(target, name), text.replace(/\n(\/\/|\/\*)# sourceMappingURL=.*\s*$/, "\n"));
}
const licences = ["LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt"].map((name) => readFile(join(swagger, name), "utf8"));
await writeFile(join(target, "licences.txt"), ["Swagger UI\n\n", ...(await Promise.all(licences))].join("\n"));
