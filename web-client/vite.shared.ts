// Build configuration that all builds share.

import { fileURLToPath } from 'node:url'
import type { Plugin, UserConfig } from 'vite'
import { KINDS, LIMITS } from './src/protocol/generated.ts'
import { T } from './src/testids.ts'

export const at = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** Replaces references to constants with their values. As objects, the constants would add two kilobytes to the widget. */
const inlineTables: Plugin = {
  name: 'inline-tables',
  enforce: 'pre',
  transform(code, id) {
    if (!id.includes('/src/')) return null
    const isTestIds = /import \{[^}]*\bT\b[^}]*\} from '[^']*testids\.ts'/.test(code)
    const isLimits = /import \{[^}]*\bLIMITS\b[^}]*\} from '[^']*generated\.ts'/.test(code)
    if (!isTestIds && !isLimits) return null
    const value = (table: object) => (whole: string, name: string) => (Object.hasOwn(table, name) ? JSON.stringify(Reflect.get(table, name)) : whole)
    // The bundler drops the object `T` from the build if no reference to it is left.
    const named = isTestIds ? code.replace(/\bT\.(\w+)\b/g, value(T)) : code
    // `KINDS` is used only once, by code that is loaded with the first ticket. As a constant it would be part of the code for the first
    // screen.
    const kinds = named.replace(/\bword\(KINDS\)/, `word(${JSON.stringify(KINDS)})`)
    return isLimits ? kinds.replace(/\bLIMITS\.(\w+)\b/g, value(LIMITS)) : kinds
  },
}

/** Disables module preloading. No lazily loaded part has a style sheet file, so the preload helper would be a kilobyte of unused code. */
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
    // Browsers that support `light-dark()`, which the themes need. A fallback for older browsers would write every colour twice.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    assetsDir: 'assets',
    // Never inline assets as `data:` addresses: the gateway's security policy, `default-src 'self'`, blocks them.
    assetsInlineLimit: 0,
    modulePreload: false,
  },
} satisfies UserConfig
