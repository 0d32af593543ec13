import { readdirSync } from 'node:fs'
import { defineConfig, type Plugin } from 'vite'
import { at } from './vite.shared.ts'

const DESK_VALUES = '__HELPLINE_WIDGET__'

/** Checks that the text `DESK_VALUES` occurs exactly once in the loader. The server replaces this text with the desk's settings as JSON. */
const deskValues: Plugin = {
  name: 'desk-values',
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue
      const places = chunk.code.split(DESK_VALUES).length - 1
      if (places !== 1) throw new Error(`${chunk.fileName} has ${places} places for the desk's values, not one`)
    }
  },
}

/**
 * The built script of guest.ts, which creates the widget's iframe. The build with vite.widget.config.ts writes this script, so that build
 * must run before the build of the loader.
 */
const guest = readdirSync(at('dist/assets')).filter((name) => /^guest-.+\.js$/.test(name))
if (guest.length !== 1) throw new Error(`dist/assets has ${guest.length} files guest-….js, not one`)

// Builds the loader as one classic script without imports, so that any page can include it.
export default defineConfig({
  plugins: [deskValues],
  define: { HELPLINE_GUEST: JSON.stringify(`/assets/${guest[0]}`) },
  build: {
    target: 'es2022',
    emptyOutDir: false,
    lib: { entry: at('src/apps/widget/loader.ts'), name: 'HelplineLoader', formats: ['iife'], fileName: () => 'widget.js' },
  },
})
