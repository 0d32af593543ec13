import { defineConfig, type Plugin } from 'vite'
import { at, shared } from './vite.shared.ts'

/** Nothing is preloaded here, and no part has a style sheet of its own: the helper for that would weigh a kilobyte. */
const withoutPreloading: Plugin = {
  name: 'without-preloading',
  enforce: 'pre',
  load: (id) => (id.includes('vite/preload-helper') ? 'export const __vitePreload = (load) => load()' : null),
}

// The widget is built by itself: in files that the pages share it would come in ten pieces, each with headers of half a kilobyte.
export default defineConfig({
  ...shared,
  plugins: [...shared.plugins, withoutPreloading],
  build: { ...shared.build, emptyOutDir: false, rolldownOptions: { input: { widget: at('widget.html') } } },
})
