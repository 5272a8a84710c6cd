#!/bin/sh
# Say in one line when Node.js, with which the page is built, is missing or too old (Vite: 20.19).
node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' >/dev/null 2>&1 &&
    command -v npm >/dev/null 2>&1 && exit 0
echo "immersions needs Node.js 20.19 or newer with npm (nodejs.org); node is $(node --version 2>/dev/null || echo missing), npm is $(npm --version 2>/dev/null || echo missing)" >&2
exit 1
