// What the builds have in common.

import { fileURLToPath } from 'node:url'
import type { Plugin, UserConfig } from 'vite'
import { KINDS, LIMITS } from './src/protocol/generated.ts'
import { T } from './src/testids.ts'

export const at = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** Constants by name, written where they are used: as tables they would weigh two kilobytes in the widget. */
const inlineTables: Plugin = {
  name: 'inline-tables',
  enforce: 'pre',
  transform(code, id) {
    if (!id.includes('/src/')) return null
    const isTestIds = /import \{[^}]*\bT\b[^}]*\} from '[^']*testids\.ts'/.test(code)
    const isLimits = /import \{[^}]*\bLIMITS\b[^}]*\} from '[^']*generated\.ts'/.test(code)
    if (!isTestIds && !isLimits) return null
    const value = (table: object) => (whole: string, name: string) => (Object.hasOwn(table, name) ? JSON.stringify(Reflect.get(table, name)) : whole)
    // A table that no import uses any more is left out.
    const named = isTestIds ? code.replace(/\bT\.(\w+)\b/g, value(T)) : code
    // Used once, by what comes with the first ticket: in its table it would come with the first screen.
    const kinds = named.replace(/\bword\(KINDS\)/, `word(${JSON.stringify(KINDS)})`)
    return isLimits ? kinds.replace(/\bLIMITS\.(\w+)\b/g, value(LIMITS)) : kinds
  },
}

/** Nothing is preloaded, and no part that is fetched later has a style sheet of its own: the helper for that would weigh a kilobyte. */
const withoutPreloading: Plugin = {
  name: 'without-preloading',
  enforce: 'pre',
  load: (id) => (id.includes('vite/preload-helper') ? 'export const __vitePreload = (load) => load()' : null),
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type === 'chunk' && !chunk.isEntry && chunk.isDynamicEntry && (chunk.viteMetadata?.importedCss.size ?? 0) > 0) throw new Error(`${chunk.fileName} is fetched later, and has a style sheet: import it with ?inline`)
    }
  },
}

export const shared = {
  plugins: [inlineTables, withoutPreloading],
  base: '/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    // `light-dark()` is how the themes work; a substitute for browsers without it would double every colour.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    assetsDir: 'assets',
    // The gateway's policy is default-src 'self': a data: address would be refused.
    assetsInlineLimit: 0,
    modulePreload: false,
  },
} satisfies UserConfig
