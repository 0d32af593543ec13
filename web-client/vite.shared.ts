// Configuration that all builds share.

import { fileURLToPath } from 'node:url'
import type { Plugin, UserConfig } from 'vite'
import { KINDS, LIMITS } from './src/protocol/generated.ts'
import { T } from './src/testids.ts'

export const at = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** Replaces references to constants by their values. As tables, they would add two kilobytes to the widget. */
const inlineTables: Plugin = {
  name: 'inline-tables',
  enforce: 'pre',
  transform(code, id) {
    if (!id.includes('/src/')) return null
    const isTestIds = /import \{[^}]*\bT\b[^}]*\} from '[^']*testids\.ts'/.test(code)
    const isLimits = /import \{[^}]*\bLIMITS\b[^}]*\} from '[^']*generated\.ts'/.test(code)
    if (!isTestIds && !isLimits) return null
    const value = (table: object) => (whole: string, name: string) => (Object.hasOwn(table, name) ? JSON.stringify(Reflect.get(table, name)) : whole)
    // A table that no import uses any more is dropped by the bundler.
    const named = isTestIds ? code.replace(/\bT\.(\w+)\b/g, value(T)) : code
    // Used once, by code that loads with the first ticket. As a table, it would be in the code for the first screen.
    const kinds = named.replace(/\bword\(KINDS\)/, `word(${JSON.stringify(KINDS)})`)
    return isLimits ? kinds.replace(/\bLIMITS\.(\w+)\b/g, value(LIMITS)) : kinds
  },
}

/** Disables preloading. No lazily loaded part has a style sheet file, so the preload helper would be a kilobyte of dead code. */
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
    // The themes need `light-dark()`; a fallback for older browsers would double every colour.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    assetsDir: 'assets',
    // The gateway's policy is `default-src 'self'`, which refuses `data:` addresses.
    assetsInlineLimit: 0,
    modulePreload: false,
  },
} satisfies UserConfig
