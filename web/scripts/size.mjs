// Prints what a browser downloads (each file compressed by gzip) and fails above the limit.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const LIMIT_BYTES = 300_000;
const page = new URL("../../src/immersions/server/page", import.meta.url).pathname;

function files(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

const sizes = files(page).map((path) => [path, gzipSync(readFileSync(path), { level: 9 }).length]);
const total = sizes.reduce((sum, [, size]) => sum + size, 0);
for (const [path, size] of sizes)
  console.log(`${String(size).padStart(8)}  ${path.slice(page.length)}`);
console.log(`${String(total).padStart(8)}  bytes compressed in all (limit ${LIMIT_BYTES})`);
if (total > LIMIT_BYTES) process.exit(1);
