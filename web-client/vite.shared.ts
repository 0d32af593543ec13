// What the builds have in common.

import { fileURLToPath } from 'node:url'
import type { Plugin, UserConfig } from 'vite'
import { LIMITS } from './src/protocol/generated.ts'
import { T } from './src/testids.ts'

export const at = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** Constants by name, written where they are used: as tables they would weigh two kilobytes in the widget. */
const inlineTables: Plugin = {
  name: 'inline-tables',
  enforce: 'pre',
  transform(code, id) {
    if (!id.includes('/src/')) return null
    const isTestIds = /import \{ T \} from '[^']*testids\.ts'/.test(code)
    const isLimits = /import \{[^}]*\bLIMITS\b[^}]*\} from '[^']*generated\.ts'/.test(code)
    if (!isTestIds && !isLimits) return null
    const value = (table: object) => (whole: string, name: string) => (Object.hasOwn(table, name) ? JSON.stringify(Reflect.get(table, name)) : whole)
    const named = isTestIds ? code.replace(/import \{ T \} from '[^']*testids\.ts'\n/, '').replace(/\bT\.(\w+)\b/g, value(T)) : code
    return isLimits ? named.replace(/\bLIMITS\.(\w+)\b/g, value(LIMITS)) : named
  },
}

export const shared = {
  plugins: [inlineTables],
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
