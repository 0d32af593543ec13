// Bundles the client of one release, without its user interface, as a module for Node. Usage: node bundle.mjs <web-client folder of that
// release> <output file>

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { rolldown } from 'rolldown'

const [tree, file] = process.argv.slice(2)
if (tree === undefined || file === undefined) throw new Error('bundle.mjs <web-client> <file>')
const path = (name) => resolve(tree, 'src', name)
const source = (name) => JSON.stringify(path(name))
const ENTRY = 'client-without-faces'
// In the previous release, the stores are in `app/`, and customers and the team use the same client.
const isBefore = !existsSync(path('client'))
const code = isBefore
  ? `
  export { createDesk as createClient } from ${source('app/desk.ts')}
  export { openTicket } from ${source('app/ticket.ts')}
  export { effect } from '@preact/signals'
  export const postMessage = (rest, ...message) => rest.postMessage(...message)
`
  : `
  import { createCustomerClient } from ${source('client/customer-client.ts')}
  import { createTeamClient } from ${source('client/team-client.ts')}
  export const createClient = (identity, ...rest) => (identity.role === null ? createCustomerClient : createTeamClient)(identity, ...rest)
  export { openTicket } from ${source('client/ticket.ts')}
  export { postMessage } from ${source('rest/post-message.ts')}
  export { effect } from '@preact/signals'
`
const bundle = await rolldown({
  input: ENTRY,
  platform: 'node',
  // Packages come from this checkout. The client's source comes from the release in `tree`.
  resolve: { modules: [resolve(import.meta.dirname, '../node_modules')] },
  plugins: [{
    name: 'entry',
    resolveId: (id) => (id === ENTRY ? `${resolve(tree)}/${ENTRY}.ts` : null),
    load: (id) => (id.endsWith(`${ENTRY}.ts`) ? code : null),
  }],
})
// One file: the client's parts that browsers load later are in it.
await bundle.write({ file, format: 'esm', codeSplitting: false })
