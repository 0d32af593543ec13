import { readdirSync } from 'node:fs'
import { defineConfig, type Plugin } from 'vite'
import { at } from './vite.shared.ts'

const DESK_VALUES = '__HELPLINE_WIDGET__'

/** The server looks for this text in single quotes, and puts an object in its place; minifiers choose quotes of their own. */
const deskValues: Plugin = {
  name: 'desk-values',
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue
      const parts = chunk.code.split(new RegExp(`["'\`]${DESK_VALUES}["'\`]`))
      if (parts.length !== 2) throw new Error(`${chunk.fileName} has ${parts.length - 1} places for the desk's values, not one`)
      chunk.code = parts.join(`'${DESK_VALUES}'`)
    }
  },
}

/** Built before it, by vite.widget.config.ts. */
const guest = readdirSync(at('dist/assets')).filter((name) => /^guest-.+\.js$/.test(name))
if (guest.length !== 1) throw new Error(`dist/assets has ${guest.length} files guest-….js, not one`)

// One classic script without imports: any page can name it.
export default defineConfig({
  plugins: [deskValues],
  define: { __HELPLINE_GUEST__: JSON.stringify(`/assets/${guest[0]}`) },
  build: {
    target: 'es2022',
    emptyOutDir: false,
    lib: { entry: at('src/apps/widget/loader.ts'), name: 'HelplineLoader', formats: ['iife'], fileName: () => 'widget.js' },
  },
})
