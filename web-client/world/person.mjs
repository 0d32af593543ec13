// Simulates one person with an open ticket, using the client of one release. Reads commands from standard input. Writes what the person
// sees to standard output, as one JSON object per line.
//
// Usage: node person.mjs <bundle> <origin> <token> <identity> <ticket> <canary>

import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { resolve } from 'node:path'
import { WebSocket } from 'ws'

const [bundle = '', origin = '', token = '', identity = '', ticket = '', canary = ''] = process.argv.slice(2)
const person = JSON.parse(identity)
const tell = (line) => process.stdout.write(`${JSON.stringify(line)}\n`)

// The browser features that the client needs. All data from the server passes through `arrived`, which reports a leak: a customer who
// receives the canary (a text that only staff may see).
const arrived = (text) => { if (person.role === null && text.includes(canary)) tell({ leak: text }) }
class Listened extends WebSocket {
  constructor(...args) {
    super(...args)
    this.on('message', (data) => arrived(String(data)))
  }
}
const fetched = globalThis.fetch
Object.assign(globalThis, {
  WebSocket: Listened,
  addEventListener() {},
  removeEventListener() {},
  StorageEvent: class {},
  async fetch(...args) {
    const response = await fetched(...args)
    arrived(await response.clone().text())
    return response
  },
})
if (!('navigator' in globalThis)) globalThis.navigator = {}

const { createClient, openTicket, postMessage, effect } = await import(pathToFileURL(resolve(bundle)).href)
const client = createClient(person, () => Promise.resolve({ token, expires_at: null }), origin, () => {})
client.outbox.onChange((change) => {
  if (change.type === 'refused' || change.type === 'held') tell({ refused: change.code, body: change.entry.body })
})
const store = openTicket(client, ticket, { ticket() {}, event() {} })
const told = new Set()
effect(() => {
  for (const { seq, message } of store.timeline.value.events) {
    if (message === null || told.has(seq)) continue
    told.add(seq)
    tell({ seen: message.body, seq, note: message.is_internal })
  }
})
effect(() => {
  const connection = client.connection.value
  if (connection.kind === 'live') tell({ live: connection.features ?? [] })
})

/** Posts a message over REST. Repeats the request with the same idempotency key until the server responds, as every client does. */
async function post({ body, note }) {
  const key = crypto.randomUUID()
  const message = { body, ...(note === undefined ? {} : { [note]: true }) }
  for (;;) {
    const result = await postMessage(client.rest, ticket, message, key)
    if (result.ok) return tell({ posted: body })
    const { code, status } = result.problem
    if (status !== 0 && status < 500) return tell({ refused: code, body })
    await new Promise((done) => setTimeout(done, 100))
  }
}

// Do not write a message before the ticket is open.
await new Promise((opened) => effect(() => { if (store.opening.value.kind === 'open') opened() }))
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line)
  if ('say' in order) {
    store.wrote(true, order.note === true)
    store.send(order.say, { internal: order.note === true, based_on: null })
    store.sawEnd()
  }
  if ('post' in order) void post(order.post)
}
process.exit(0)
