import { readFileSync } from 'node:fs'
import { defineConfig, type Plugin } from 'vite'
import { at, shared } from './vite.shared.ts'

/** Adds the licence of the typeface to the build, because the licence requires it to be distributed together with the typeface. */
const typefaceLicence: Plugin = {
  name: 'typeface-licence',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'licences/inter.txt', source: readFileSync(at('node_modules/@fontsource-variable/inter/LICENSE'), 'utf8') })
  },
}

/**
 * Small modules that every page starts with. They are grouped into one file, because as separate files their HTTP headers would be as large
 * as their content.
 */
const isSmall = (id: string) => /\/src\/(?:client\/(?:browser|draft-files|forget|on-stored|on-window|visibility|merged-text|written)|protocol\/(?:decode-first|decode-rest|decoders\/first|decoders\/ticket|generated|narrow|shape-first|shape-more|shown-text|visible|words))\.ts$/.test(id)

export default defineConfig({
  ...shared,
  plugins: [...shared.plugins, typefaceLicence],
  // The scripts may run in a page of another site, so they must load images relative to the script's address, not to the page's address.
  experimental: { renderBuiltUrl: (_file, { hostType }) => (hostType === 'js' ? { relative: true } : undefined) },
  build: {
    ...shared.build,
    rolldownOptions: {
      input: { support: at('support.html'), console: at('console.html'), demo: at('demo.html'), pricing: at('demo-pricing.html'), account: at('demo-account.html'), mount: at('src/apps/mount/mount.ts') },
      // The loader is built separately. The pages refer to its final path.
      external: ['/widget.js'],
      // Host pages refer to mount.js by name, so its file name must not contain a hash.
      output: { entryFileNames: (chunk) => (chunk.name === 'mount' ? 'mount.js' : 'assets/[name]-[hash].js'), codeSplitting: { groups: [{ name: 'small', test: isSmall }] } },
      preserveEntrySignatures: 'allow-extension',
    },
  },
})
