// Property test of the console's list, with pages, pushes and failures in random order. Once all requests have finished, the list must
// equal the server's. While the list is held still, it may only grow at its end.

import { expect, test } from 'vitest'
import { matches, NO_FILTERS, restQuery, sortOf, VIEWS, type Filters } from '../src/client/filters.ts'
import { createInbox } from '../src/client/inbox.ts'
import { SORTS } from '../src/client/sorted-list.ts'
import type { StaffView } from '../src/protocol/model.ts'
import { below, seeded } from './help/random.ts'
import { manualClock, ME, ticketServer, WORDS } from './help/ticket-server.ts'

const arrived = () => new Promise<void>((done) => { setImmediate(done) })

/** Simulates a server, a connection that delays and breaks, and an agent who scrolls, points at rows, filters and sorts. */
async function world(seed: number): Promise<void> {
  const random = seeded(seed)
  const clock = manualClock()
  const server = ticketServer(random)
  for (let n = below(random, 3) === 0 ? below(random, 20) : 60 + below(random, 240); n > 0; n--) server.create()
  const one = <T>(of: readonly T[], other: T): T => of[below(random, of.length)] ?? other
  const chosen = (): Partial<Filters> => {
    const dice = random()
    if (dice < 0.25) return { view: one(['all', ...VIEWS], 'all'), status: '' }
    if (dice < 0.5) return { sort: one(SORTS, 'created') }
    if (dice < 0.7) return { search: one(['', '', ...WORDS], '') }
    if (dice < 0.8) return { priority: one(['', 'urgent', 'low'], '') }
    if (dice < 0.9) return { assigned_to: one(['', 'me', 'nobody', 'agent-other'], '') }
    return dice < 0.95 ? { user_id: one(['', 'ada'], '') } : { status: one(['', 'active', 'open', 'closed'], '') }
  }
  const inbox = createInbox(server.client, server.team, { ...NO_FILTERS, sort: one(SORTS, 'created'), ...(random() < 0.6 ? {} : chosen()) }, clock)
  /** The probability, in each step, that the agent changes the filters. */
  const choosy = one([0, 0.01, 0.05], 0)
  let isHeld = false
  /** Responses about single tickets that have not reached the client yet. Each contains a ticket as it was before or after a change. */
  const late: StaffView[] = []
  let shown: readonly string[] = []
  let [was_held, was_loaded] = [false, false]
  /** For each row: its sort key when the row was last allowed to move. */
  let places = new Map<string, string>()
  let seqs = new Map<string, number>()

  const fail = (what: string): never => { throw new Error(`seed ${seed}: ${what}`) }
  const placeOf = (ticket: StaffView | undefined) => (ticket === undefined ? '' : sortOf(inbox.filters.value) === 'waiting' ? (ticket.waiting_since ?? '') : sortOf(inbox.filters.value) === 'last_activity' ? ticket.last_activity_at : ticket.created_at)
  /** Checks the list after a step. `moves` is true if rows may move in this step although the list is held still. */
  const check = (moves = false) => {
    const order = inbox.order.value
    if (new Set(order).size !== order.length) fail('a ticket is there twice')
    const still = isHeld && was_held && was_loaded && !moves
    if (still) shown.forEach((id, at) => { if (order[at] !== id) fail(`row ${at} of a held list became another one`) })
    if (!still || shown.length === 0) places = new Map()
    const before = seqs
    seqs = new Map()
    for (const id of order) {
      const ticket = inbox.ticket(id)
      if (ticket === undefined) return fail(`nothing is known of ${id}, which is shown`)
      if (ticket.seq < (before.get(id) ?? 0)) fail(`the facts of ${id} went back`)
      seqs.set(id, ticket.seq)
      if (!places.has(id)) places.set(id, placeOf(ticket))
    }
    shown = order
    was_held = isHeld
    was_loaded = inbox.loaded.value
  }
  const hold = (on: boolean) => {
    isHeld = on
    inbox.hold(on)
  }
  const act = async () => {
    const dice = random()
    if (dice < 0.06) server.create()
    else if (dice < 0.28) {
      const states = server.change(random() < 0.5 ? restQuery(inbox.filters.value) : null)
      late.push(...states.filter(() => random() < 0.2))
    } else if (dice < 0.36) server.push(4)
    else if (dice < 0.43) server.deliver()
    else if (dice < 0.58) server.read()
    else if (dice < 0.7) server.answer()
    else if (dice < 0.72) server.fail()
    else if (dice < 0.8) inbox.want(20 + below(random, 200))
    else if (dice < 0.85) hold(random() < 0.7)
    else if (dice < 0.87) inbox.release()
    else if (dice < 0.88) inbox.reload()
    else if (dice < 0.89) inbox.retry()
    else if (dice < 0.91) server.watch()
    else if (dice < 0.93) {
      const [told] = late.splice(below(random, late.length), 1)
      if (told !== undefined) inbox.take(told)
    } else if (dice < 0.96) (server.live.peek() ? server.cut : server.connect)()
    else clock.pass(below(random, 400))
    const chooses = random() < choosy
    if (chooses) inbox.filter(chosen())
    await arrived()
    check(chooses || isHeld !== was_held || (dice >= 0.85 && dice < 0.87))
  }
  const rest = async () => {
    if (!server.live.peek()) server.connect()
    server.watch()
    for (const told of late.splice(0)) inbox.take(told)
    for (let n = 0; n < 3_000; n++) {
      if (server.isQuiet() && clock.next() === null) return
      if (server.isQuiet()) clock.pass(clock.next() ?? 0)
      server.push(10)
      server.deliver()
      server.read()
      server.answer()
      await arrived()
      check()
    }
    fail('no rest')
  }
  const truth = () => server.all(restQuery(inbox.filters.value)).map((ticket) => ticket.id)
  const same = (what: string) => {
    expect(inbox.order.value, `seed ${seed}: ${what}`).toEqual(truth())
    for (const id of inbox.order.value) if (inbox.ticket(id)?.seq !== server.get(id)?.seq) fail(`${what}: old facts of ${id}`)
  }

  check()
  for (let steps = 20 + below(random, 200); steps > 0; steps--) await act()
  const wanted = below(random, 120)
  inbox.want(wanted)
  await rest()
  if (!isHeld) {
    // Compare only the pages that the client has requested.
    const all = truth()
    expect(inbox.order.value, `seed ${seed}: as far as it is looked at`).toEqual(all.slice(0, inbox.order.value.length))
    if (inbox.order.value.length < Math.min(wanted, all.length)) fail('a page that was wanted is missing')
  }
  if (random() < 0.5) hold(true)
  check(isHeld !== was_held)
  for (let steps = below(random, 25); steps > 0; steps--) await act()
  inbox.want(Infinity)
  await rest()
  expect(inbox.more.value, `seed ${seed}`).toBe(false)
  if (isHeld) {
    // While the list is held still, the client counts the tickets that would change their position. The count must be exact.
    const belongs = new Set(truth())
    const elsewhere = [...new Set([...belongs, ...inbox.order.value])].filter((id) => (belongs.has(id) ? placeOf(server.get(id)) : undefined) !== places.get(id)).length
    if (inbox.held.value !== elsewhere) fail(`${elsewhere} tickets stand elsewhere, ${inbox.held.value} are counted`)
    if (elsewhere === 0) same('held, with nothing waiting')
  }
  hold(false)
  expect(inbox.held.value).toBe(0)
  same('at rest')
  for (const id of inbox.order.value) {
    const ticket = inbox.ticket(id)
    if (ticket === undefined || !matches(ticket, inbox.filters.value, ME)) fail(`${id} does not belong here`)
  }
  inbox.dispose()
}

const SEEDS = Number(process.env['SEEDS'] ?? 50)

test('pages, pushes, holds, filters, orders, failures and reconnects in any order: the list equals the server’s', async () => {
  for (let seed = 1; seed <= SEEDS; seed++) await world(seed)
}, 120_000)
