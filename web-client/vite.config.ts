import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'
import { T } from './src/testids.ts'

const at = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** The names for tests are written where they are used: as a table they would weigh a kilobyte in the widget. */
const inlineTestIds: Plugin = {
  name: 'inline-test-ids',
  enforce: 'pre',
  transform(code, id) {
    if (!id.includes('/src/') || !/import \{ T \} from '[^']*testids\.ts'/.test(code)) return null
    return code.replace(/import \{ T \} from '[^']*testids\.ts'\n/, '').replace(/\bT\.(\w+)\b/g, (whole, name: string) => (Object.hasOwn(T, name) ? JSON.stringify(Reflect.get(T, name)) : whole))
  },
}

export default defineConfig({
  plugins: [inlineTestIds],
  base: '/',
  // Mounted in a page of another site, a script finds its pictures beside itself and not there.
  experimental: { renderBuiltUrl: (_file, { hostType }) => (hostType === 'js' ? { relative: true } : undefined) },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    // `light-dark()` is how the themes work; a substitute for browsers without it would double every colour.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    assetsDir: 'assets',
    // The gateway's policy is default-src 'self': a data: address would be refused.
    assetsInlineLimit: 0,
    // Its helper would weigh more in the widget than it saves.
    modulePreload: false,
    rolldownOptions: {
      input: {
        support: at('support.html'), console: at('console.html'), widget: at('widget.html'), demo: at('demo.html'), mount: at('src/faces/mount/mount.ts'),
      },
      // The loader is built by itself; pages name it where it will stand.
      external: ['/widget.js'],
      // What platforms name in their pages keeps its name.
      output: { entryFileNames: (chunk) => (chunk.name === 'mount' ? 'mount.js' : 'assets/[name]-[hash].js') },
      preserveEntrySignatures: 'allow-extension',
    },
  },
})
