// One build's client without its faces, as a module that Node runs: node bundle.mjs <web-client of that build> <file>.

import { resolve } from 'node:path'
import { rolldown } from 'rolldown'

const [tree, file] = process.argv.slice(2)
if (tree === undefined || file === undefined) throw new Error('bundle.mjs <web-client> <file>')
const source = (path) => JSON.stringify(resolve(tree, 'src', path))
const ENTRY = 'client-without-faces'
const code = `
  export { createDesk } from ${source('app/desk.ts')}
  export { openTicket } from ${source('app/ticket.ts')}
  export { effect } from '@preact/signals'
`
const bundle = await rolldown({
  input: ENTRY,
  platform: 'node',
  // The packages are ours, the client's source is the build's own.
  resolve: { modules: [resolve(import.meta.dirname, '../node_modules')] },
  plugins: [{
    name: 'entry',
    resolveId: (id) => (id === ENTRY ? `${resolve(tree)}/${ENTRY}.ts` : null),
    load: (id) => (id.endsWith(`${ENTRY}.ts`) ? code : null),
  }],
})
await bundle.write({ file, format: 'esm' })
