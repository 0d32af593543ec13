// Compares the compressed size of each app with its budget, and fails if an app is too large.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const DIST = join(dirname(fileURLToPath(import.meta.url)), '../dist')
const weigh = (file) => gzipSync(readFileSync(join(DIST, file)), { level: 9 }).length

/** Finds all files that a page or script loads before its first screen: the file itself, style sheets, scripts, and imported scripts. */
function whole(entry) {
  const found = new Set([entry])
  for (const file of found) {
    const text = readFileSync(join(DIST, file), 'utf8')
    const refs = file.endsWith('.html') ? text.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css|svg))"/g) : text.matchAll(/(?:^|[;\s}])(?:import|export)[^;"'`()]*?["'](\.[^"']+)["']/g)
    for (const [, ref] of refs) {
      const path = file.endsWith('.html') ? ref : join(dirname(file), ref)
      if (existsSync(join(DIST, path))) found.add(path)
    }
  }
  return [...found]
}

/**
 * The font file for Latin letters, which the console and the support page load on the first visit. Font files for other scripts are loaded
 * only by pages that contain those letters.
 */
const typeface = readdirSync(join(DIST, 'assets')).filter((file) => /^inter-latin-wght-.*\.woff2$/.test(file)).map((file) => `assets/${file}`)

const BUDGETS = [
  ['widget.js, the loader', ['widget.js'], 3],
  ["the widget's frame, first screen", whole('widget.html'), 24],
  ['the support page', whole('support.html'), 66],
  ['the console', whole('console.html'), 90],
  ['mount.js with all that it loads', whole('mount.js'), 95],
  ['beside the two pages, once: the typeface', typeface, 49],
]

let failed = false
for (const [name, files, budget_kb] of BUDGETS) {
  const bytes = files.reduce((sum, file) => sum + weigh(file), 0)
  const over = bytes === 0 || bytes > budget_kb * 1000
  failed ||= over
  console.log(`${(bytes / 1000).toFixed(2).padStart(7)} kB of ${String(budget_kb).padStart(3)}  ${name}${over ? '  TOO HEAVY' : ''}`)
  if (process.argv.includes('--files')) for (const file of files) console.log(`          ${(weigh(file) / 1000).toFixed(2).padStart(6)}  ${file}`)
}
process.exitCode = failed ? 1 : 0
