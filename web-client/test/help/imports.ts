// Finds which file of the client imports which other file. It reads the sources and recognises every form of import.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

export const SRC = resolve(import.meta.dirname, '../../src')

export const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name)).map((name) => name.replaceAll('\\', '/'))
export const read = (file: string) => readFileSync(join(SRC, file), 'utf8')

/**
 * Matches `… from './x'`, `import './x'`, `import('./x')` and `export … from './x'`. Type imports count too, because they are dependencies.
 */
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)'(\.[^'?]+)(?:\?[^']*)?'/g

/** The paths below `src` that this source text imports. */
export function importsOf(file: string, source: string): readonly string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')
  return [...code.matchAll(IMPORT)].map(([, path]) => relative(SRC, resolve(SRC, dirname(file), path ?? '')).replaceAll('\\', '/'))
}
