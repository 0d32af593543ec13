// One build's client without its faces, as a module that Node runs: node bundle.mjs <web-client of that build> <file>.

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { rolldown } from 'rolldown'

const [tree, file] = process.argv.slice(2)
if (tree === undefined || file === undefined) throw new Error('bundle.mjs <web-client> <file>')
const path = (name) => resolve(tree, 'src', name)
const source = (name) => JSON.stringify(path(name))
const ENTRY = 'client-without-faces'
// The build before has its stores in `app/`, and one client for customers and the team.
const isBefore = !existsSync(path('client'))
const code = isBefore
  ? `
  export { createDesk as createClient } from ${source('app/desk.ts')}
  export { openTicket } from ${source('app/ticket.ts')}
  export { effect } from '@preact/signals'
`
  : `
  import { createCustomerClient } from ${source('client/customer-client.ts')}
  import { createTeamClient } from ${source('client/team-client.ts')}
  export const createClient = (identity, ...rest) => (identity.role === null ? createCustomerClient : createTeamClient)(identity, ...rest)
  export { openTicket } from ${source('client/ticket.ts')}
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
