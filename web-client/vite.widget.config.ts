import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { defineConfig, type Plugin } from 'vite'
import { at, shared } from './vite.shared.ts'

/**
 * Fails the build if the script of guest.ts imports another file. This script runs in pages of other sites, where the code and styles of
 * the widget's iframe must not run.
 */
const guestAlone: Plugin = {
  name: 'guest-alone',
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type === 'chunk' && chunk.name === 'guest' && chunk.imports.length + chunk.dynamicImports.length > 0) throw new Error(`${chunk.fileName} imports ${[...chunk.imports, ...chunk.dynamicImports].join(', ')}`)
    }
  },
}

/** Collects a file and all files that it imports statically. */
function reachedFrom(file: string, found: Set<string> = new Set()): ReadonlySet<string> {
  if (found.has(file) || !/\.tsx?$/.test(file)) return found
  found.add(file)
  for (const [, path] of readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?!type )(?:[^'\n]* from )?'(\.[^']+)'/gm)) reachedFrom(resolve(dirname(file), path ?? ''), found)
  return found
}
const first = reachedFrom(at('src/apps/widget/main.tsx'))
/**
 * A small file that both sending the first text and showing tickets need. The small file is bundled into the widget's first file, because
 * as a separate file it would cost one more request.
 */
const SHARED = at('src/protocol/words.ts')
const isFirst = (id: string) => first.has(id) || id === SHARED || /node_modules\/@?preact\//.test(id) || /locales\/en\/(common|widget)\.json|styles\/(core|widget)\.css/.test(id)

/**
 * What a ticket needs. The parts that are loaded later share some of it, so without a group each shared file would be a request of its own.
 */
const ofTicket = reachedFrom(at('src/apps/widget/talk.tsx'))
const isTalk = (id: string) => ofTicket.has(id) || /rolldown[:/]runtime|locales\/en\/ticket\.json|styles\/(?:messages|ticket-parts|widget-ticket)\.css/.test(id)

// The widget is built separately from the pages. If they shared files, the widget would consist of ten files, each with half a kilobyte of
// HTTP headers.
export default defineConfig({
  ...shared,
  plugins: [...shared.plugins, guestAlone],
  build: {
    ...shared.build,
    emptyOutDir: false,
    rolldownOptions: {
      input: { widget: at('widget.html'), guest: at('src/apps/widget/guest.ts') },
      preserveEntrySignatures: 'allow-extension',
      output: { codeSplitting: { groups: [{ name: 'first', test: isFirst, priority: 2 }, { name: 'talk', test: isTalk, priority: 1 }] } },
    },
  },
})
