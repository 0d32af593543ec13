import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

// One classic script without imports: any page can name it.
export default defineConfig({
  build: {
    target: 'es2022',
    emptyOutDir: false,
    lib: { entry: fileURLToPath(new URL('src/apps/widget/loader.ts', import.meta.url)), name: 'HelplineLoader', formats: ['iife'], fileName: () => 'widget.js' },
  },
})
