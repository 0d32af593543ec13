// Which file of the client imports which: read from the sources, whatever form the import takes.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

export const SRC = resolve(import.meta.dirname, '../../src')

export const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name)).map((name) => name.replaceAll('\\', '/'))
export const read = (file: string) => readFileSync(join(SRC, file), 'utf8')

/** `… from './x'`, `import './x'`, `import('./x')`, `export … from './x'`; types count as well: who needs a type knows the file. */
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)'(\.[^'?]+)(?:\?[^']*)?'/g

/** The paths below `src` that this source text imports. */
export function importsOf(file: string, source: string): readonly string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')
  return [...code.matchAll(IMPORT)].map(([, path]) => relative(SRC, resolve(SRC, dirname(file), path ?? '')).replaceAll('\\', '/'))
}
