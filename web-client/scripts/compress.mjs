// Writes a Brotli file next to each script, style sheet and SVG file. The server sends this file to browsers that accept Brotli. The loader
// (widget.js) is skipped, because the server inserts the desk's settings into it. HTML pages are skipped, because they are very small.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'

const DIST = join(dirname(fileURLToPath(import.meta.url)), '../dist')

for (const file of readdirSync(DIST, { recursive: true }).filter((name) => /\.(?:js|css|svg)$/.test(name) && name !== 'widget.js')) {
  const source = readFileSync(join(DIST, file))
  const compressed = brotliCompressSync(source, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: source.length } })
  if (compressed.length < source.length) writeFileSync(join(DIST, `${file}.br`), compressed)
}
