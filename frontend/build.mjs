// Builds the page: frontend/src -> the folder named by the only argument.
// Every file of assets/ carries a hash of its content in its name, so that it may be kept for ever;
// beside each text stands X.gz, compressed once and for all.
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const out = process.argv[2] ?? join(here, "dist");
const BUNDLED = ["preact", "uplot", "@fontsource-variable/inter"];

await rm(out, { recursive: true, force: true });
await mkdir(join(out, "assets"), { recursive: true });

const result = await build({
  entryPoints: { main: join(here, "src/main.tsx") },
  outdir: join(out, "assets"),
  bundle: true,
  splitting: true,
  format: "esm",
  minify: true,
  metafile: true,
  target: ["es2022", "chrome105", "firefox110", "safari16"],
  jsx: "automatic",
  jsxImportSource: "preact",
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".woff2": "file" },
  legalComments: "none",
  logLevel: "warning",
});

const made = Object.entries(result.metafile.outputs);
const [script, { cssBundle, imports }] = made.find(([, output]) => output.entryPoint);
const font = made.map(([name]) => name).find((name) => name.endsWith(".woff2"));
const chunks = imports.filter((used) => used.kind === "import-statement").map((used) => used.path);
const asset = (path) => `assets/${basename(path)}`;

const template = await readFile(join(here, "src/index.html"), "utf8");
const head = [
  `<link rel="stylesheet" href="${asset(cssBundle)}">`,
  `<script type="module" src="${asset(script)}"></script>`,
  ...chunks.map((path) => `<link rel="modulepreload" href="${asset(path)}">`),
  ...(font
    ? [`<link rel="preload" href="${asset(font)}" as="font" type="font/woff2" crossorigin>`]
    : []),
];
await writeFile(join(out, "index.html"), template.replace("<!-- assets -->", head.join("\n    ")));
await cp(join(here, "public"), out, { recursive: true });
await writeFile(join(out, "licences.txt"), await licences());

for (const path of await readdir(out, { recursive: true })) {
  if (/\.(html|js|css|svg|txt|webmanifest)$/.test(path)) {
    const text = await readFile(join(out, path));
    await writeFile(join(out, `${path}.gz`), gzipSync(text, { level: 9 }));
  }
}

async function licences() {
  const parts = BUNDLED.map(async (name) => {
    const folder = join(here, "node_modules", name);
    const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    return `${name} ${version}\n\n${await readFile(join(folder, file), "utf8")}`;
  });
  return (await Promise.all(parts)).join(`\n${"-".repeat(72)}\n\n`);
}
