// Property test of the timeline with random input: the history never has missing or duplicate events, or another order than the server's.

import { expect, test } from 'vitest'
import type { HistoryEvent } from '../src/protocol/model.ts'
import { reduce } from '../src/timeline/reduce.ts'
import { EMPTY, type Timeline, type TimelineInput } from '../src/timeline/state.ts'
import { below, seeded } from './help/random.ts'
import { messageEvent, subscribed } from './help/sample.ts'

const PAGE = 4
const REPLAY_MAX = 25

interface Pages { readonly id: number; next: number; first: boolean; reset: boolean; latest: boolean }

/** Simulates a server, a connection that loses, duplicates and delays frames, and a client that follows the protocol. */
function world(seed: number) {
  const random = seeded(seed)
  let epoch = 1
  let history: HistoryEvent[] = []
  let timeline: Timeline = EMPTY
  let answering: Pages | null = null
  let wire: HistoryEvent[] = []
  let requests = 0
  const keys = new Set<string>()

  const fail = (what: string): never => { throw new Error(`seed ${seed}: ${what}`) }
  const check = () => {
    const { events, position, pending } = timeline
    const first = events[0]?.seq ?? 0
    events.forEach((event, index) => {
      if (event.seq !== first + index) fail(`${event.seq} stands where ${first + index} belongs`)
      if (timeline.epoch === `e${epoch}` && event.message?.key !== history[event.seq - 1]?.message?.key) fail(`${event.seq} is not the server's`)
    })
    if (events.length > 0 && position !== events.at(-1)?.seq) fail('the position is not the last row')
    const shown = [...events.map((event) => event.message?.key), ...pending.map((one) => one.key)]
    if (new Set(shown).size !== shown.length) fail('a message is there twice')
  }
  const step = (input: TimelineInput) => {
    timeline = reduce(timeline, input)
    check()
    if (timeline.hole) subscribe()
  }
  const subscribe = () => {
    const { position } = timeline
    const id = ++requests
    const isReset = position !== null && (timeline.epoch !== `e${epoch}` || position > history.length || history.length - position > REPLAY_MAX)
    const latest = position === null || isReset
    answering = { id, next: latest ? Math.max(0, history.length - PAGE) : position, first: true, reset: isReset, latest }
    step({ type: 'subscribing' })
  }
  const answer = () => {
    if (answering === null) return
    const pages = answering
    const events = history.slice(pages.next, pages.next + PAGE)
    pages.next += events.length
    const more = pages.next < history.length
    if (!more) answering = null
    const head = more ? pages.next : history.length
    step({ type: 'page', page: subscribed({ id: pages.id, epoch: `e${epoch}`, events, head, more, reset: pages.reset }) })
  }
  const write = () => {
    const key = `e${epoch}-${history.length + 1}-${below(random, 1e6)}`
    if (random() < 0.4) {
      keys.add(key)
      step({ type: 'queued', pending: { key, body: key, internal: false, at: String(requests), state: { kind: 'waiting' } } })
    }
    const event = messageEvent(history.length + 1, { key })
    history.push(event)
    wire.push(event)
    if (keys.has(key) && random() < 0.7) step({ type: 'acked', key, seq: event.seq })
  }
  const deliver = () => {
    const index = below(random, Math.min(3, wire.length))
    const event = wire[index]
    if (event === undefined) return
    const fate = random()
    if (fate > 0.15) wire.splice(index, 1)
    if (fate < 0.85) step({ type: 'event', event })
  }
  const restore = () => {
    epoch++
    history = history.slice(0, below(random, history.length + 1)).map((event) => messageEvent(event.seq, { key: `e${epoch}-${event.seq}` }))
    wire = []
    answering = null
    if (random() < 0.5) step({ type: 'reset' })
    subscribe()
  }
  const cut = () => {
    wire = []
    answering = null
    step({ type: 'disconnected' })
    subscribe()
  }
  const older = () => {
    const first = timeline.events[0]?.seq ?? 1
    const from = Math.max(0, first - 1 - below(random, 6))
    const to = Math.min(history.length, first - 1 + below(random, 3) - 1)
    step({ type: 'older', page: { epoch: `e${epoch}`, head: history.length, events: history.slice(from, Math.max(from, to)), more_before: from > 0 } })
  }

  subscribe()
  for (let round = 0; round < 300; round++) {
    const dice = random()
    if (dice < 0.35) write()
    else if (dice < 0.65) deliver()
    else if (dice < 0.85) answer()
    else if (dice < 0.93) older()
    else if (dice < 0.97) cut()
    else if (dice < 0.985) step({ type: 'head', seq: history.length })
    else restore()
  }
  // At the end, a ping tells the client the head (the newest sequence number), and all responses arrive.
  for (let round = 0; round < 200; round++) {
    answer()
    step({ type: 'head', seq: history.length })
    if (answering === null && timeline.position === history.length) break
    if (timeline.position === null && answering === null) subscribe()
  }
  expect(timeline.position, `seed ${seed}`).toBe(history.length)
  expect(timeline.events.at(-1)?.message?.key).toBe(history.at(-1)?.message?.key)
}

test('random arrivals, duplicates, losses, resets and restores never show a hole, a duplicate or another order', () => {
  for (let seed = 1; seed <= 400; seed++) world(seed)
})
