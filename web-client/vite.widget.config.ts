import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { defineConfig, type Plugin } from 'vite'
import { at, shared } from './vite.shared.ts'

/** The guest stands in pages of other sites: what it imported of the frame's would run there, and dress them. */
const guestAlone: Plugin = {
  name: 'guest-alone',
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type === 'chunk' && chunk.name === 'guest' && chunk.imports.length + chunk.dynamicImports.length > 0) throw new Error(`${chunk.fileName} imports ${[...chunk.imports, ...chunk.dynamicImports].join(', ')}`)
    }
  },
}

/** What a file imports, and what that imports, but for what is fetched later. */
function reachedFrom(file: string, found: Set<string> = new Set()): ReadonlySet<string> {
  if (found.has(file) || !/\.tsx?$/.test(file)) return found
  found.add(file)
  for (const [, path] of readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?!type )(?:[^'\n]* from )?'(\.[^']+)'/gm)) reachedFrom(resolve(dirname(file), path ?? ''), found)
  return found
}
const first = reachedFrom(at('src/apps/widget/main.tsx'))
/** Little, and needed both by what sends the first text and by what shows tickets: on its own it would be one more piece. */
const SHARED = at('src/protocol/words.ts')
const isFirst = (id: string) => first.has(id) || id === SHARED || /node_modules\/@?preact\//.test(id) || /locales\/en\/(common|widget)\.json|styles\/(core|widget)\.css/.test(id)

// The widget is built by itself: in files that the pages share it would come in ten pieces, each with headers of half a kilobyte.
export default defineConfig({
  ...shared,
  plugins: [...shared.plugins, guestAlone],
  build: {
    ...shared.build,
    emptyOutDir: false,
    rolldownOptions: {
      input: { widget: at('widget.html'), guest: at('src/apps/widget/guest.ts') },
      preserveEntrySignatures: 'allow-extension',
      output: { codeSplitting: { groups: [{ name: 'first', test: isFirst }] } },
    },
  },
})
