// Writes web/console/vendor/: the CSS of boosted.scss without any url(), and Boosted's licence. With a folder as its
// argument it writes there. Fonts and logo stay out: they are not free, and the pages load nothing but their own files.

import { copyFile, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "sass";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.resolve(process.argv[2] ?? path.join(here, "../../web/console/vendor"));
const from = path.join(here, "node_modules/boosted");

const DECLARATION = /[\w-]+:[^;{}"]*url\((?:"[^"]*"|[^)]*)\)[^;{}]*(?:;|(?=\}))/gu;

const { css } = compile(path.join(here, "boosted.scss"), {
  loadPaths: [path.join(here, "node_modules")],
  style: "compressed",
  quietDeps: true,
  silenceDeprecations: ["import"],
});
const kept = css.replace(DECLARATION, "");
if (/url\(|@import|@font-face/iu.test(kept)) throw new Error("boosted.css would still load something: look at DECLARATION");

await mkdir(out, { recursive: true });
await writeFile(path.join(out, "boosted.css"), kept.replace(/^\uFEFF/u, ""));
await copyFile(path.join(from, "LICENSE"), path.join(out, "LICENSE"));
