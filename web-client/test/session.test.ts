// Tests of the session with a real WebSocket server that follows a script.

import { afterEach, describe, expect, test } from 'vitest'
import { afterClose, BACKOFF_MS_MAX, backoffMs } from '../src/connection/backoff.ts'
import type { Session } from '../src/connection/session.ts'
import type { TicketSink } from '../src/connection/subscriptions.ts'
import type { Json } from '../src/protocol/narrow.ts'
import { reduce } from '../src/timeline/reduce.ts'
import { EMPTY, type Timeline, type TimelineInput } from '../src/timeline/state.ts'
import { seeded } from './help/random.ts'
import { manualClock } from './help/ticket-server.ts'
import { messageEvent, staffTicket, TICKET } from './help/sample.ts'
import { scriptedServer, sessionTo, until, welcome, type Link } from './help/scripted-server.ts'

const open: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close()
})

type Server = Awaited<ReturnType<typeof scriptedServer>>
async function serve(onFrame: (link: Link, frame: Json) => void, onLink?: (link: Link) => void): Promise<Server> {
  const server = await scriptedServer(onFrame, onLink)
  open.push(() => server.close())
  return server
}
function start(...args: Parameters<typeof sessionTo>) {
  const made = sessionTo(...args)
  open.push(() => made.session.stop())
  made.session.start()
  return made
}
const greets = (link: Link, frame: Json) => { if (frame['type'] === 'hello') welcome(link, frame) }
const kindOf = (session: Session) => session.state().kind

describe('reconnecting', () => {
  test('delays grow, stay below the bound and are spread', () => {
    const random = seeded(7)
    for (let attempt = 0; attempt < 40; attempt++) {
      const [least, most, some] = [backoffMs(attempt, 0), backoffMs(attempt, 1), backoffMs(attempt, random())]
      expect(least).toBeGreaterThan(0)
      expect(most).toBeLessThanOrEqual(BACKOFF_MS_MAX)
      expect(some >= least && some <= most).toBe(true)
      expect(backoffMs(attempt + 1, 1)).toBeGreaterThanOrEqual(most)
    }
  })
  test('the range of a close code decides', () => {
    expect([1000, 1006, 1012, 4000, 4001, 4008, 4499].map(afterClose)).toEqual(Array(7).fill('come_back'))
    expect([4500, 4503, 4504, 4999].map(afterClose)).toEqual(Array(4).fill('stay_away'))
    expect(afterClose(4501)).toBe('renew_token')
  })
  test.each([1012, 4001])('reconnects after a close with code %d', async (code) => {
    const server = await serve((link, frame) => {
      greets(link, frame)
      if (frame['type'] === 'hello' && link.n === 1) link.close(code)
    })
    const { session } = start(server.url)
    await until('live again', () => server.links.length === 2 && kindOf(session) === 'live')
  })
  test('reconnects after a cut connection, and when the server is not there yet', async () => {
    const server = await serve((link, frame) => { if (link.n < 3) link.cut(); else greets(link, frame) })
    const { session } = start(server.url)
    await until('live', () => kindOf(session) === 'live')
    expect(server.links).toHaveLength(3)
  })
  test('does not reconnect after a close of 4500 and above until asked', async () => {
    const server = await serve((link, frame) => { if (link.n === 1) link.close(4503, 'revoked'); else greets(link, frame) })
    const { session } = start(server.url)
    await until('away', () => kindOf(session) === 'away')
    expect(session.state()).toMatchObject({ code: 4503, reason: 'revoked' })
    session.nudge()
    await until('live', () => kindOf(session) === 'live')
  })
  test('bye: running requests finish, and it reconnects after the delay', async () => {
    let sawBye = 0
    const server = await serve((link, frame) => {
      greets(link, frame)
      if (frame['type'] === 'send' && link.n === 1) {
        link.say({ type: 'bye', retry_after_ms: 300, reason: 'drain' })
        sawBye = Date.now()
        link.say({ type: 'ack', id: frame['id'], key: frame['key'], seq: 1, at: 'now', duplicate: false })
      }
    })
    const { session } = start(server.url)
    await until('live', () => kindOf(session) === 'live')
    const answer = await session.ask({ type: 'send', ticket: TICKET, key: 'k', body: 'b' })
    expect(answer).toMatchObject({ kind: 'answered', frame: { type: 'ack', seq: 1 } })
    await until('live elsewhere', () => server.links.length === 2 && kindOf(session) === 'live')
    expect(Date.now() - sawBye).toBeGreaterThanOrEqual(290)
  })
  test('a silent server is left within one and a half heartbeats', async () => {
    const server = await serve((link, frame) => { if (frame['type'] === 'hello') welcome(link, frame, 50) })
    const { session } = start(server.url)
    await until('live', () => kindOf(session) === 'live')
    await until('came again', () => server.links.length >= 2)
  })
})

describe('a page that was in the background', () => {
  const pinged = async (how: 'looked_at' | 'restored', asleep_ms: number) => {
    const time = manualClock()
    const server = await serve(greets)
    const { session } = start(server.url, undefined, time)
    await until('live', () => kindOf(session) === 'live')
    // Simulate a device that slept: the time went on, but no timers ran.
    const now = time.now()
    time.now = () => now + asleep_ms
    session.wake(how)
    return { server, session }
  }
  test('reconnects at once if nothing arrived for longer than a heartbeat', async () => {
    const { server, session } = await pinged('looked_at', 40_000)
    expect(kindOf(session)).toBe('connecting')
    await until('live again', () => server.links.length === 2 && kindOf(session) === 'live')
  })
  test('reconnects at once if the browser restored the page', async () => {
    const { server, session } = await pinged('restored', 0)
    await until('live again', () => server.links.length === 2 && kindOf(session) === 'live')
  })
  test('keeps a connection that was active a moment ago', async () => {
    const { session } = await pinged('looked_at', 20_000)
    expect(kindOf(session)).toBe('live')
  })
  test('ends a long wait early, unless the server asked for it', async () => {
    const time = manualClock()
    const server = await serve((link, frame) => {
      if (link.n === 2) return link.cut()
      greets(link, frame)
      if (link.n === 3 && frame['type'] === 'hello') link.say({ type: 'bye', retry_after_ms: 20_000, reason: 'drain' })
    })
    const { session } = start(server.url, undefined, time)
    await until('live', () => kindOf(session) === 'live')
    session.drop()
    time.pass(1_000)
    await until('waiting', () => server.links.length === 2 && kindOf(session) === 'waiting')
    session.wake('looked_at')
    await until('live again', () => server.links.length === 3 && kindOf(session) === 'live')
    await until('said goodbye', () => time.next() !== null)
    await new Promise((resolve) => setTimeout(resolve, 50))
    server.links[2]?.cut()
    await until('waiting as asked', () => kindOf(session) === 'waiting')
    session.wake('looked_at')
    expect(kindOf(session)).toBe('waiting')
  })
})

describe('the features of the server', () => {
  test('come from the welcome of this connection: a newer build has more, an older one fewer', async () => {
    const named = [['strict_fields', 'not_heard_of'], undefined, [7, 'strict_fields']]
    const server = await serve((link, frame) => {
      if (frame['type'] === 'hello') link.say({ type: 'welcome', id: frame['id'], user: { id: 'u1', name: null, email: null }, role: null, heartbeat_ms: 25_000, limits: {}, features: named[link.n - 1] })
    })
    const { session, states } = start(server.url)
    for (const n of [1, 2, 3]) {
      await until('live', () => server.links.length === n && kindOf(session) === 'live')
      if (n < 3) server.links[n - 1]?.close(1012)
    }
    expect(states.flatMap((state) => (state.kind === 'live' ? [state.features] : []))).toEqual([['strict_fields', 'not_heard_of'], [], ['strict_fields']])
  })
})

describe('identity and tokens', () => {
  test('a refused token is renewed once, then the session stays away', async () => {
    const asked: boolean[] = []
    const server = await serve((link) => link.close(4501, 'not authenticated'))
    const { session } = start(server.url, (fresh) => { asked.push(fresh); return Promise.resolve({ token: 't', expires_at: null }) })
    await until('away', () => kindOf(session) === 'away')
    expect(asked).toEqual([false, true])
  })
  test('a token is renewed before it expires, on the same connection', async () => {
    const server = await serve((link, frame) => {
      greets(link, frame)
      if (frame['type'] === 'token') link.say({ type: 'ok', id: frame['id'] })
    })
    let n = 0
    start(server.url, () => Promise.resolve({ token: `t${++n}`, expires_at: n === 1 ? Date.now() + 2_000 : null }))
    await until('renewed', () => server.links[0]?.frames.some((frame) => frame['type'] === 'token') === true)
    expect(server.links[0]?.frames.find((frame) => frame['type'] === 'token')).toMatchObject({ token: 't2' })
    expect(server.links).toHaveLength(1)
  })
  test("another person's welcome ends the session: nothing is sent or requested in their name", async () => {
    const server = await serve((link, frame) => {
      if (frame['type'] !== 'hello') return
      welcome(link, frame, 25_000, link.n === 1 ? 'u1' : 'u2')
      if (link.n === 1) link.close(4501, 'not authenticated')
    })
    const { session, states } = start(server.url)
    session.subscribe(TICKET, { resume: () => null, subscribing() {}, page() {}, frame() {}, head() {}, disconnected() {}, refused() {} })
    await until('it ended', () => ['left', 'live'].includes(kindOf(session)) && server.links.length === 2)
    expect(session.state()).toEqual({ kind: 'left', why: 'other_user' })
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(server.links[1]?.frames.map((frame) => frame['type'])).toEqual(['hello'])
    expect(states.filter((state) => state.kind === 'live')).toHaveLength(1)
    expect(session.tell({ type: 'read', ticket: TICKET, seq: 1 })).toBe(false)
  })
  test('a sign-out at the token source ends the session at the next renewal, not during retries', async () => {
    const server = await serve(greets)
    const { session } = start(server.url, (fresh) => Promise.resolve(fresh ? null : { token: 't', expires_at: Date.now() + 2_000 }))
    await until('it ended', () => kindOf(session) === 'left')
    expect(session.state()).toEqual({ kind: 'left', why: 'signed_out' })
  })
  test('a temporarily refused renewal is retried', async () => {
    const time = manualClock()
    let refusals = 0
    const server = await serve((link, frame) => {
      greets(link, frame)
      if (frame['type'] === 'token') link.say(refusals++ === 0 ? { type: 'error', id: frame['id'], code: 'rate_limited', message: '', fatal: false } : { type: 'ok', id: frame['id'] })
    })
    let n = 0
    const { session } = start(server.url, () => Promise.resolve({ token: `t${++n}`, expires_at: time.now() + 300_000 }), time)
    await until('live', () => kindOf(session) === 'live')
    time.pass(30_000); time.pass(30_000); time.pass(30_000)
    // The test advances its clock faster than the real connection delivers, so send a ping in each step. Otherwise the session would
    // consider the connection dead.
    const asked = () => server.links.flatMap((link) => link.frames.filter((frame) => frame['type'] === 'token')).length
    for (let step = 0; step < 60 && asked() < 2; step++) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      server.links.at(-1)?.say({ type: 'ping', heads: [] })
      await new Promise((resolve) => setTimeout(resolve, 5))
      time.pass(10_000)
    }
    expect(refusals).toBeGreaterThanOrEqual(2)
  })
  test('a token that cannot be had now is requested again later', async () => {
    const server = await serve(greets)
    let n = 0
    const { session } = start(server.url, () => (++n < 3 ? Promise.reject(new Error('offline')) : Promise.resolve({ token: 't', expires_at: null })))
    await until('live', () => kindOf(session) === 'live')
  })
})

/** Subscribes as the ticket store does: with a timeline that subscribes again when it detects missing events. */
function reader(session: Session) {
  let timeline: Timeline = EMPTY
  const step = (input: TimelineInput) => {
    timeline = reduce(timeline, input)
    if (timeline.hole) subscription.again()
  }
  const sink: TicketSink = {
    resume: () => (timeline.position === null ? null : { after: timeline.position, epoch: timeline.epoch }),
    subscribing: () => step({ type: 'subscribing' }),
    page: (page) => step({ type: 'page', page }),
    frame(frame) {
      if (frame.type === 'event') step({ type: 'event', event: frame.event })
      if (frame.type === 'reset') { step({ type: 'reset' }); subscription.again() }
    },
    head: (seq) => step({ type: 'head', seq }),
    disconnected: () => step({ type: 'disconnected' }),
    refused() {},
  }
  const subscription = session.subscribe(TICKET, sink)
  return { timeline: () => timeline, subscription }
}

/** Answers subscriptions from a history of events, with two events per page. */
function historian(rows: () => number, epoch = () => 'e1') {
  return (link: Link, frame: Json) => {
    greets(link, frame)
    if (frame['type'] !== 'subscribe') return
    const after = typeof frame['after'] === 'number' ? frame['after'] : 0
    const isReset = typeof frame['epoch'] === 'string' && frame['epoch'] !== epoch()
    let from = isReset ? 0 : after
    do {
      const to = Math.min(rows(), from + 2)
      const events = Array.from({ length: to - from }, (_, index) => messageEvent(from + index + 1))
      link.say({ type: 'subscribed', id: frame['id'], ticket: TICKET, epoch: epoch(), head: to, events, more: to < rows(), reset: isReset, reads: [] })
      from = to
    } while (from < rows())
  }
}

describe('resuming', () => {
  test('subscribes with the last contiguous number and the epoch, and reads all pages', async () => {
    let rows = 5
    const server = await serve(historian(() => rows))
    const { session } = start(server.url)
    const { timeline } = reader(session)
    await until('all five', () => timeline().position === 5 && !timeline().syncing)
    rows = 9
    server.links[0]?.cut()
    await until('all nine', () => timeline().position === 9)
    expect(server.links[1]?.frames.find((frame) => frame['type'] === 'subscribe')).toMatchObject({ after: 5, epoch: 'e1' })
  })
  test('a lost event is detected by the next one, a lost last event by the ping', async () => {
    let rows = 2
    const server = await serve(historian(() => rows))
    const { session } = start(server.url)
    const { timeline } = reader(session)
    await until('two', () => timeline().position === 2 && !timeline().syncing)
    rows = 4
    server.links[0]?.say({ type: 'event', ...messageEvent(4) })
    await until('four', () => timeline().position === 4)
    rows = 5
    server.links[0]?.say({ type: 'ping', heads: [{ ticket: TICKET, seq: 5 }] })
    await until('five', () => timeline().position === 5)
    expect(server.links[0]?.frames.some((frame) => frame['type'] === 'pong')).toBe(true)
    expect(timeline().events.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5])
  })
  test('a reset starts over, whether pushed or in an answer', async () => {
    let [rows, epoch] = [4, 'e1']
    const server = await serve(historian(() => rows, () => epoch))
    const { session } = start(server.url)
    const { timeline } = reader(session)
    await until('four', () => timeline().position === 4 && !timeline().syncing)
    ;[rows, epoch] = [2, 'e2']
    server.links[0]?.say({ type: 'reset', ticket: TICKET, epoch, head: 2 })
    await until('two of the new epoch', () => timeline().epoch === 'e2' && timeline().position === 2)
    ;[rows, epoch] = [3, 'e3']
    server.links[0]?.cut()
    await until('three of the newest', () => timeline().epoch === 'e3' && timeline().position === 3)
  })
  test('a temporary refusal is retried, a final one is not', async () => {
    let tries = 0
    const answer = historian(() => 1)
    const server = await serve((link, frame) => {
      if (frame['type'] === 'subscribe' && ++tries === 1) link.say({ type: 'error', id: frame['id'], code: 'overloaded', message: '', retry_after_ms: 20 })
      else answer(link, frame)
    })
    const { session } = start(server.url)
    const { timeline } = reader(session)
    await until('one', () => timeline().position === 1)
    expect(tries).toBe(2)
  })
  test('a server that keeps a hole open is not asked in a tight loop', async () => {
    let asked = 0
    const server = await serve((link, frame) => {
      greets(link, frame)
      if (frame['type'] !== 'subscribe') return
      asked++
      link.say({ type: 'subscribed', id: frame['id'], ticket: TICKET, epoch: 'e1', head: 9, events: [messageEvent(1)], more: false, reset: false, reads: [] })
    })
    const { session } = start(server.url)
    const { timeline } = reader(session)
    await until('asked a few times', () => asked >= 3)
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(asked).toBeLessThan(8)
    expect(timeline().events).toHaveLength(1)
  })
})

test('a request ends with its connection', async () => {
  const server = await serve((link, frame) => {
    greets(link, frame)
    if (frame['type'] === 'send') link.cut()
  })
  const { session } = start(server.url)
  await until('live', () => kindOf(session) === 'live')
  expect(await session.ask({ type: 'send', ticket: TICKET, key: 'k', body: 'b' })).toEqual({ kind: 'cut' })
})

test('the inbox is watched again on the next connection', async () => {
  const server = await serve((link, frame) => {
    greets(link, frame)
    if (frame['type'] === 'inbox') link.say({ type: 'ok', id: frame['id'] })
  })
  const { session } = start(server.url)
  let begun = 0
  session.inbox({ frame() {}, began: () => { begun++ } })
  await until('watched', () => server.links[0]?.frames.some((frame) => frame['type'] === 'inbox') === true)
  server.links[0]?.cut()
  await until('watched again', () => server.links[1]?.frames.some((frame) => frame['type'] === 'inbox') === true)
  await until('told so both times', () => begun === 2)
})

test('a temporarily refused watch is requested again, and lists wait for it: changes in between are not pushed', async () => {
  let refusals = 0
  const server = await serve((link, frame) => {
    greets(link, frame)
    if (frame['type'] !== 'inbox') return
    if (++refusals < 3) link.say({ type: 'error', id: frame['id'], code: 'unavailable', message: '' })
    else link.say({ type: 'ok', id: frame['id'] })
  })
  const { session } = start(server.url)
  const log: string[] = []
  session.inbox({ frame: () => log.push('frame'), began: () => log.push(`began after ${refusals}`) })
  await until('begun', () => log.length > 0)
  expect(log).toEqual(['began after 3'])
  const late: string[] = []
  session.inbox({ frame() {}, began: () => late.push('at once') })
  expect(late, 'a listener that comes later').toEqual(['at once'])
})

test('a finally refused watch is reported: the list is not called live, and asking again may help', async () => {
  let refusals = 0
  const server = await serve((link, frame) => {
    greets(link, frame)
    if (frame['type'] !== 'inbox') return
    link.say(refusals++ === 0 ? { type: 'error', id: frame['id'], code: 'forbidden', message: '' } : { type: 'ok', id: frame['id'] })
  })
  const { session } = start(server.url)
  const states: string[] = []
  session.onWatch((state) => states.push(state))
  expect(session.watch()).toBe('off')
  session.inbox({ frame() {}, began() {} })
  await until('refused', () => session.watch() === 'refused')
  expect(states).toEqual(['asking', 'refused'])
  session.nudge()
  await until('on', () => session.watch() === 'on')
  server.links[0]?.cut()
  await until('on again', () => states.length > 4 && session.watch() === 'on')
  expect(states).toEqual(['asking', 'refused', 'asking', 'on', 'off', 'asking', 'on'])
})

test('a watch that is late or temporarily refused is not called live until it is on', async () => {
  const time = manualClock()
  let frames = 0
  const server = await serve((link, frame) => {
    greets(link, frame)
    if (frame['type'] === 'inbox' && ++frames > 1) link.say(frames === 2 ? { type: 'error', id: frame['id'], code: 'unavailable', message: '' } : { type: 'ok', id: frame['id'] })
  })
  const { session } = start(server.url, undefined, time)
  session.inbox({ frame() {}, began() {} })
  await until('asked', () => frames === 1 && session.watch() === 'asking')
  time.pass(2_500)
  expect(session.watch()).toBe('late')
  time.pass(15_000)
  await until('timed out', () => time.next() !== null)
  await new Promise((resolve) => setTimeout(resolve, 20))
  server.links[0]?.say({ type: 'ping', heads: [] })
  for (let n = 0; n < 40 && session.watch() !== 'on'; n++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    if (session.watch() !== 'on') expect(session.watch()).toBe('late')
    time.pass(500)
  }
  expect(session.watch()).toBe('on')
})

test('lists do not wait forever for a watch that the server does not answer', async () => {
  const server = await serve(greets)
  const { session } = start(server.url)
  let begun = 0
  session.inbox({ frame() {}, began: () => { begun++ } })
  await until('begun', () => begun === 1)
})

test('a ticket that only moved arrives as a whole ticket, as it was sent before', async () => {
  const server = await serve((link, frame) => {
    greets(link, frame)
    if (frame['type'] === 'inbox') link.say({ type: 'ok', id: frame['id'] })
  })
  const { session } = start(server.url)
  const told: string[] = []
  session.inbox({ frame: (frame) => { for (const one of frame.tickets) told.push(`${one.subject} ${one.seq}`) }, began() {} })
  await until('watched', () => server.links[0]?.frames.some((frame) => frame['type'] === 'inbox') === true)
  const place = { seq: 4, last_activity_at: '2026-03-01T09:32:00Z' }
  server.links[0]?.say({ type: 'inbox', tickets: [{ ...staffTicket, id: 't1', subject: 'Invoice', seq: 3 }], moved: [] })
  server.links[0]?.say({ type: 'inbox', tickets: [], moved: [{ id: 't1', ...place }, { id: 'never told', ...place }] })
  await until('told', () => told.length === 2)
  expect(told).toEqual(['Invoice 3', 'Invoice 4'])
})

test('viewers of tickets are reported as they change, to later listeners, too, and forgotten with the connection', async () => {
  const server = await serve((link, frame) => {
    greets(link, frame)
    if (frame['type'] === 'inbox') link.say({ type: 'ok', id: frame['id'] })
  })
  const { session } = start(server.url)
  const told: string[] = []
  const listener = { frame() {}, began() {}, viewers: (by: ReadonlyMap<string, readonly { readonly name: string | null }[]>) => { told.push([...by].map(([ticket, viewers]) => `${ticket}: ${viewers.map((one) => one.name).join()}`).join('; ')) } }
  session.inbox(listener)
  await until('watched', () => session.watch() === 'on')
  const [ada, bob] = [{ id: 'u2', name: 'Ada' }, { id: 'u3', name: 'Bob' }]
  server.links[0]?.say({ type: 'inbox_presence', tickets: [{ ticket: 't1', viewers: [ada] }, { ticket: 't2', viewers: [ada, bob] }, 'of the future'] })
  server.links[0]?.say({ type: 'inbox_presence', tickets: [{ ticket: 't2', viewers: [] }] })
  await until('told', () => told.length === 2)
  session.inbox({ ...listener, viewers: (by) => { told.push(`later ${by.size}`) } })
  server.links[0]?.cut()
  await until('forgotten', () => told.length > 3)
  expect(told.slice(0, 4)).toEqual(['t1: Ada; t2: Ada,Bob', 't1: Ada', 'later 1', ''])
})
