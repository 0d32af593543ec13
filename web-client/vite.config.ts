import { readFileSync } from 'node:fs'
import { defineConfig, type Plugin } from 'vite'
import { at, shared } from './vite.shared.ts'

/** The typeface's licence asks to be where the typeface is. */
const typefaceLicence: Plugin = {
  name: 'typeface-licence',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'licences/inter.txt', source: readFileSync(at('node_modules/@fontsource-variable/inter/LICENSE'), 'utf8') })
  },
}

/** Each a few hundred bytes that every page begins with: in pieces of their own, their headers would weigh as much as they do. */
const isSmall = (id: string) => /\/src\/(?:client\/(?:browser|on-window|visibility|merged-text|written)|protocol\/(?:generated|narrow|shape|visible|words))\.ts$/.test(id)

export default defineConfig({
  ...shared,
  plugins: [...shared.plugins, typefaceLicence],
  // Mounted in a page of another site, a script finds its pictures beside itself and not there.
  experimental: { renderBuiltUrl: (_file, { hostType }) => (hostType === 'js' ? { relative: true } : undefined) },
  build: {
    ...shared.build,
    rolldownOptions: {
      input: { support: at('support.html'), console: at('console.html'), demo: at('demo.html'), pricing: at('demo-pricing.html'), account: at('demo-account.html'), mount: at('src/apps/mount/mount.ts') },
      // The loader is built by itself; pages name it where it will stand.
      external: ['/widget.js'],
      // What platforms name in their pages keeps its name.
      output: { entryFileNames: (chunk) => (chunk.name === 'mount' ? 'mount.js' : 'assets/[name]-[hash].js'), codeSplitting: { groups: [{ name: 'small', test: isSmall }] } },
      preserveEntrySignatures: 'allow-extension',
    },
  },
})
