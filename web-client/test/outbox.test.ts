// Tests of the outbox: every message is sent once and in order, even with reloads, lost responses and second tabs.

import { describe, expect, test } from 'vitest'
import { memoryStorage } from '../src/client/browser.ts'
import { send } from '../src/client/send.ts'
import { createOutbox, type OutboxChange, type SendOutcome } from '../src/outbox/outbox.ts'
import { createOutboxStore, type KeyValue, type Queued } from '../src/outbox/store.ts'
import { scriptedServer, sessionTo, until, welcome } from './help/scripted-server.ts'
import { seeded } from './help/random.ts'

/** Simulates the browser's Web Locks: each name has one holder at a time, in the order of the requests. */
function locks() {
  const queues = new Map<string, Promise<void>>()
  return (name: string, run: () => Promise<void>) => {
    const turn = (queues.get(name) ?? Promise.resolve()).then(run)
    queues.set(name, turn.catch(() => {}))
    return turn
  }
}

function tab(storage: KeyValue, send: (entry: Queued) => Promise<SendOutcome>, lock = locks(), user = 'u1') {
  let online = true
  let n = 0
  const changes: OutboxChange[] = []
  const outbox = createOutbox({
    store: createOutboxStore(storage, user),
    send,
    canSend: () => online,
    lock,
    after(ms, call) {
      const timer = setTimeout(call, ms)
      return () => clearTimeout(timer)
    },
    now: () => Date.now(),
    newKey: () => `${user}-${Math.random().toString(36).slice(2)}-${++n}`,
  })
  outbox.onChange((change) => changes.push(change))
  return { outbox, changes, set: (is: boolean) => { online = is } }
}

const draft = (body: string, ticket = 't1') => ({ ticket, number: 'TKT-000001', body, internal: false, based_on: null })

/** A simulated server that stores one message per idempotency key, and records the order of the messages. */
function ledger() {
  const stored: string[] = []
  const keys = new Map<string, number>()
  const store = (entry: Queued) => {
    const seq = keys.get(entry.key)
    if (seq !== undefined) return seq
    keys.set(entry.key, stored.push(entry.body))
    return stored.length
  }
  return { stored, store }
}

describe('the outbox', () => {
  test('survives a reload, and sends under the same key', async () => {
    const storage = memoryStorage()
    const sent: string[] = []
    const before = tab(storage, () => Promise.reject(new Error('not sent')))
    before.set(false)
    const { key } = before.outbox.queue(draft('hello'))
    before.outbox.dispose()

    const { stored, store } = ledger()
    const after = tab(storage, (entry) => { sent.push(entry.key); return Promise.resolve({ kind: 'stored', seq: store(entry) }) })
    expect(after.outbox.of('t1').map((entry) => entry.body)).toEqual(['hello'])
    after.outbox.flush()
    await until('stored', () => stored.length === 1)
    expect(sent).toEqual([key])
    expect(storage.length).toBe(0)
  })
  test('sends without locks if they are refused or time out, and sends each message once', async () => {
    const { stored, store } = ledger()
    const refusing = (_name: string, _run: () => Promise<void>) => Promise.reject(new DOMException('denied', 'SecurityError'))
    const { outbox, changes } = tab(memoryStorage(), (entry) => Promise.resolve({ kind: 'stored', seq: store(entry) }), refusing)
    for (const body of ['one', 'two', 'three']) outbox.queue(draft(body))
    await until('stored', () => stored.length === 3)
    expect(stored).toEqual(['one', 'two', 'three'])
    expect(changes.filter((change) => change.type === 'acked')).toHaveLength(3)
  })
  test('a send that fails behind the lock is not started a second time without it', async () => {
    let n = 0
    const { outbox } = tab(memoryStorage(), () => { n++; return Promise.reject(new Error('broken')) })
    outbox.queue(draft('one'))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(n).toBe(1)
    expect(outbox.entries().map((entry) => entry.body)).toEqual(['one'])
    outbox.dispose()
  })
  test('lists the unsent messages of all tickets, with numbers, and whether they would be lost with the page', () => {
    const storage = memoryStorage()
    const { outbox, set } = tab(storage, () => Promise.resolve({ kind: 'cut' }))
    set(false)
    outbox.queue({ ...draft('one', 't1'), number: 'TKT-000007' })
    outbox.queue(draft('two', 't2'))
    expect(outbox.entries().map(({ ticket, number, body }) => [ticket, number, body])).toEqual([['t1', 'TKT-000007', 'one'], ['t2', 'TKT-000001', 'two']])
    expect(outbox.isUnkept()).toBe(false)
    expect(createOutboxStore(storage, 'u1', false).isUnkept()).toBe(true)
    const full: KeyValue = { ...memoryStorage(), length: 0, setItem() { throw new DOMException('full', 'QuotaExceededError') } }
    const unkept = tab(full, () => Promise.resolve({ kind: 'cut' }))
    unkept.set(false)
    unkept.outbox.queue(draft('three'))
    expect(unkept.outbox.isUnkept()).toBe(true)
  })
  test('a refusal that another tab received is reported as such', async () => {
    const storage = memoryStorage()
    const [here, there] = [tab(storage, () => Promise.resolve({ kind: 'refused', code: 'stale' })), tab(storage, () => Promise.resolve({ kind: 'cut' }))]
    const { key } = here.outbox.queue(draft('hello'))
    await until('refused', () => here.changes.some((change) => change.type === 'refused'))
    there.outbox.changedElsewhere(`helpline.outbox.u1.${key}`)
    expect(here.changes.find((change) => change.type === 'refused')).not.toHaveProperty('elsewhere')
    expect(there.changes.find((change) => change.type === 'refused')).toMatchObject({ elsewhere: true })
  })
  test('messages left at sign-out are sent only after their author confirms, and are never shown to another person', async () => {
    const storage = memoryStorage()
    const first = tab(storage, () => Promise.resolve({ kind: 'cut' }))
    first.set(false)
    for (const body of ['one', 'two', 'three']) first.outbox.queue(draft(body))
    first.outbox.pause()
    first.outbox.dispose()

    expect(tab(storage, () => Promise.reject(new Error('not theirs')), locks(), 'u2').outbox.entries()).toEqual([])
    const { stored, store } = ledger()
    const again = tab(storage, (entry) => Promise.resolve({ kind: 'stored', seq: store(entry) }))
    again.outbox.flush()
    again.outbox.queue(draft('four'))
    await until('what is written now', () => stored.length === 1)
    expect(stored).toEqual(['four'])
    const [one, two, three] = again.outbox.entries()
    expect([one, two, three].map((entry) => [entry?.body, entry?.paused])).toEqual([['one', true], ['two', true], ['three', true]])
    again.outbox.retry(one?.key ?? '', 'as_written')
    again.outbox.discard(two?.key ?? '')
    await until('what was said to be sent', () => stored.length === 2)
    expect(stored).toEqual(['four', 'one'])
    expect(again.outbox.entries().map((entry) => entry.body)).toEqual(['three'])
    for (const { key } of again.outbox.entries()) again.outbox.discard(key)
    expect(again.outbox.entries()).toEqual([])
  })
  test('everything can be sent before sign-out, including held and refused messages', async () => {
    const { stored, store } = ledger()
    let refuses = true
    const { outbox, changes } = tab(memoryStorage(), (entry) => Promise.resolve(refuses ? { kind: 'refused', code: 'forbidden' } : { kind: 'stored', seq: store(entry) }))
    outbox.queue(draft('refused'))
    await until('refused', () => changes.some((change) => change.type === 'refused'))
    refuses = false
    outbox.queue({ ...draft('held back'), hold_ms: 60_000 })
    for (const { key } of outbox.entries()) outbox.retry(key, 'as_written')
    await until('stored', () => stored.length === 2)
    expect(stored).toEqual(['refused', 'held back'])
    expect(outbox.entries()).toEqual([])
  })
  test('a message that is refused during its author’s sign-out stays refused until they decide', async () => {
    const storage = memoryStorage()
    const answers: ((outcome: SendOutcome) => void)[] = []
    const { outbox } = tab(storage, () => new Promise((resolve) => { answers.push(resolve) }))
    const { key } = outbox.queue(draft('hello'))
    await until('on its way', () => answers.length === 1)
    outbox.pause()
    answers[0]?.({ kind: 'refused', code: 'stale' })
    await until('refused', () => outbox.entries()[0]?.refused === 'stale')
    expect(createOutboxStore(storage, 'u1').get(key)).toMatchObject({ paused: true, refused: 'stale' })
  })
  test('belongs to one person', () => {
    const storage = memoryStorage()
    const ada = tab(storage, () => Promise.resolve({ kind: 'cut' }))
    ada.outbox.queue(draft('hers'))
    expect(tab(storage, () => Promise.resolve({ kind: 'cut' }), locks(), 'u2').outbox.of('t1')).toEqual([])
  })
  test('sends one message of a ticket at a time, in the order of writing', async () => {
    const { stored, store } = ledger()
    let flying = 0
    const random = seeded(3)
    const { outbox } = tab(memoryStorage(), async (entry) => {
      expect(++flying).toBe(1)
      await new Promise((resolve) => setTimeout(resolve, random() * 4))
      flying--
      const dice = random()
      if (dice < 0.2) return { kind: 'later', ms: 1 }
      const seq = store(entry)
      // In some cases the message is stored but the response is lost.
      return dice < 0.4 ? { kind: 'later', ms: 1 } : { kind: 'stored', seq }
    })
    const bodies = Array.from({ length: 25 }, (_, index) => `m${index}`)
    for (const body of bodies) outbox.queue(draft(body))
    await until('all stored', () => outbox.of('t1').length === 0)
    expect(stored).toEqual(bodies)
  })
  test('two tabs send each message once and in order', async () => {
    const [storage, lock] = [memoryStorage(), locks()]
    const { stored, store } = ledger()
    const sends: string[] = []
    const send = async (entry: Queued): Promise<SendOutcome> => {
      sends.push(entry.key)
      await new Promise((resolve) => setTimeout(resolve, 1))
      return { kind: 'stored', seq: store(entry) }
    }
    const [one, two] = [tab(storage, send, lock), tab(storage, send, lock)]
    one.set(false)
    two.set(false)
    for (let n = 0; n < 10; n++) one.outbox.queue(draft(`m${n}`))
    one.set(true)
    two.set(true)
    one.outbox.flush()
    two.outbox.flush()
    await until('empty', () => storage.length === 0)
    expect(stored).toEqual(Array.from({ length: 10 }, (_, n) => `m${n}`))
    expect(sends).toHaveLength(10)
  })
  test('a lost connection leaves the rest for the next one', async () => {
    const { stored, store } = ledger()
    let first = true
    const { outbox } = tab(memoryStorage(), (entry) => {
      if (first) { first = false; return Promise.resolve({ kind: 'cut' }) }
      return Promise.resolve({ kind: 'stored', seq: store(entry) })
    })
    outbox.queue(draft('a'))
    outbox.queue(draft('b'))
    await until('settled', () => !first)
    outbox.flush()
    await until('stored', () => stored.length === 2)
    expect(stored).toEqual(['a', 'b'])
  })
  test('a refused message waits for its author and blocks no others', async () => {
    const { stored, store } = ledger()
    const { outbox, changes } = tab(memoryStorage(), (entry) =>
      Promise.resolve(entry.based_on === 3 ? { kind: 'refused', code: 'stale' } : { kind: 'stored', seq: store(entry) }))
    const stale = outbox.queue({ ...draft('answer'), based_on: 3 })
    outbox.queue(draft('next'))
    await until('next stored', () => stored.length === 1)
    expect(outbox.of('t1')).toMatchObject([{ key: stale.key, refused: 'stale' }])
    outbox.retry(stale.key, 'insist')
    await until('insisted', () => stored.length === 2)
    expect(changes.filter((change) => change.type === 'acked')).toHaveLength(2)
    expect(outbox.of('t1')).toEqual([])
  })
  test('works without storage', async () => {
    const full: KeyValue = { ...memoryStorage(), length: 0, setItem() { throw new Error('quota') } }
    const { stored, store } = ledger()
    const { outbox } = tab(full, (entry) => Promise.resolve({ kind: 'stored', seq: store(entry) }))
    outbox.queue(draft('a'))
    await until('stored', () => stored.length === 1)
    expect(outbox.of('t1')).toEqual([])
  })
  test('ignores foreign items', () => {
    const storage = memoryStorage()
    storage.setItem('helpline.outbox.u1.x', '{"odd":true}')
    storage.setItem('other', '1')
    expect(tab(storage, () => Promise.resolve({ kind: 'cut' })).outbox.of('t1')).toEqual([])
  })
})

describe('a message that this server does not support', () => {
  test('is kept, its author is told, and it is sent again after the next welcome', async () => {
    // The client connects to two servers. The first has an older release and refuses a field of the message; the second has the current
    // release.
    const server = await scriptedServer((link, frame) => {
      if (frame['type'] === 'hello') welcome(link, frame)
      if (frame['type'] !== 'send') return
      if (link.n === 1 && frame['ticket'] === 't1') link.say({ type: 'error', id: frame['id'], code: 'unknown_field', message: 'reply_to: no such field' })
      else link.say({ type: 'ack', id: frame['id'], key: frame['key'], seq: link.frames.length, at: 'now', duplicate: false })
    })
    const { session } = sessionTo(server.url)
    const storage = memoryStorage()
    const changes: OutboxChange[] = []
    let n = 0
    const outbox = createOutbox({
      store: createOutboxStore(storage, 'u1'),
      send: (entry) => send(session, entry),
      canSend: () => session.state().kind === 'live',
      lock: locks(),
      after: (ms, call) => { const timer = setTimeout(call, ms); return () => clearTimeout(timer) },
      now: () => Date.now(),
      newKey: () => `u1-${++n}`,
    })
    outbox.onChange((change) => changes.push(change))
    session.onState((state) => { if (state.kind === 'live') outbox.flush() })
    const sends = (link: number) => (server.links[link - 1]?.frames ?? []).filter((frame) => frame['type'] === 'send').map((frame) => frame['key'])
    try {
      session.start()
      await until('live', () => session.state().kind === 'live')
      outbox.queue(draft('first'))
      await until('told', () => changes.some((change) => change.type === 'held'))
      // Later messages of the same ticket wait, so that the order is kept. A message to another ticket is sent at once.
      outbox.queue(draft('second'))
      outbox.queue(draft('elsewhere', 't2'))
      outbox.retry('u1-1', 'as_written')
      await new Promise((resolve) => setTimeout(resolve, 1_300))
      expect(sends(1)).toEqual(['u1-1', 'u1-3'])
      expect(outbox.of('t1').map((entry) => entry.refused)).toEqual([null, null])
      expect(outbox.held('u1-1')).toBe('unknown_field')
      expect(storage.length).toBe(2)

      server.links[0]?.close(1012)
      await until('stored', () => outbox.of('t1').length === 0)
      expect(sends(2)).toEqual(['u1-1', 'u1-2'])
      expect(outbox.held('u1-1')).toBeNull()
      // The author sees the message waiting, then held (the first server cannot store it), then waiting again, then stored.
      expect(changes.filter((change) => change.type !== 'withdrawn' && change.entry.key === 'u1-1').map((change) => change.type)).toEqual(['queued', 'held', 'queued', 'acked'])
    } finally {
      outbox.dispose()
      session.stop()
      await server.close()
    }
  })
  test('can be discarded by its author, and messages behind it go on', async () => {
    const { stored, store } = ledger()
    const { outbox, changes } = tab(memoryStorage(), (entry) =>
      Promise.resolve(entry.body === 'odd' ? { kind: 'held', code: 'unknown_field' } : { kind: 'stored', seq: store(entry) }))
    const odd = outbox.queue(draft('odd'))
    outbox.queue(draft('plain'))
    await until('held', () => changes.some((change) => change.type === 'held'))
    expect(stored).toEqual([])
    outbox.discard(odd.key)
    await until('stored', () => stored.length === 1)
    expect(stored).toEqual(['plain'])
  })
  test('held in one tab and sent by another, it blocks no others', async () => {
    const storage = memoryStorage()
    const { stored, store } = ledger()
    const old = tab(storage, (entry) => Promise.resolve(entry.body === 'odd' ? { kind: 'held', code: 'unknown_field' } : { kind: 'stored', seq: store(entry) }))
    const odd = old.outbox.queue(draft('odd'))
    old.outbox.queue(draft('plain'))
    await until('held', () => old.changes.some((change) => change.type === 'held'))
    storage.removeItem(`helpline.outbox.u1.${odd.key}`)
    old.outbox.changedElsewhere(`helpline.outbox.u1.${odd.key}`)
    await until('stored', () => stored.length === 1)
    expect(stored).toEqual(['plain'])
  })
})

describe('a message that may be taken back', () => {
  /** An outbox whose clock the test advances. */
  function hands(storage = memoryStorage(), send?: (entry: Queued) => Promise<SendOutcome>) {
    const time = { now: 1_800_000_000_000, due: [] as { at: number; call: () => void }[] }
    const sent: string[] = []
    const outbox = createOutbox({
      store: createOutboxStore(storage, 'u1'),
      send: send ?? ((entry) => { sent.push(entry.body); return Promise.resolve({ kind: 'stored', seq: sent.length }) }),
      canSend: () => true,
      lock: locks(),
      after(ms, call) {
        const timer = { at: time.now + ms, call }
        time.due.push(timer)
        return () => { time.due = time.due.filter((one) => one !== timer) }
      },
      now: () => time.now,
      newKey: () => `key-${Math.random()}`,
    })
    const pass = async (ms: number) => {
      time.now += ms
      const due = time.due.filter((one) => one.at <= time.now)
      time.due = time.due.filter((one) => one.at > time.now)
      for (const one of due) one.call()
      await settled()
    }
    return { outbox, sent, pass, time, storage }
  }
  const settled = async () => { for (let n = 0; n < 20; n++) await Promise.resolve() }

  test('is sent once its hold ends, once, and later messages wait behind it', async () => {
    const { outbox, sent, pass } = hands()
    outbox.queue({ ...draft('first'), hold_ms: 5_000 })
    outbox.queue(draft('second'))
    await settled()
    expect(sent).toEqual([])
    expect(outbox.isHeld()).toBe(true)
    await pass(4_999)
    expect(sent).toEqual([])
    await pass(1)
    expect(sent).toEqual(['first', 'second'])
    expect(outbox.entries()).toEqual([])
    expect(outbox.isHeld()).toBe(false)
  })
  test('can be taken back until then, and not afterwards', async () => {
    const { outbox, sent, pass } = hands()
    const one = outbox.queue({ ...draft('taken back'), hold_ms: 5_000 })
    outbox.queue(draft('behind it'))
    expect(outbox.undo(one.key)?.body).toBe('taken back')
    await settled()
    expect(sent).toEqual(['behind it'])
    const two = outbox.queue({ ...draft('too late'), hold_ms: 5_000 })
    await pass(5_000)
    expect(outbox.undo(two.key)).toBeNull()
    expect(sent).toEqual(['behind it', 'too late'])
  })
  test('is not sent at once after a reload, and can be taken back there', async () => {
    const before = hands()
    const one = before.outbox.queue({ ...draft('still held'), hold_ms: 5_000 })
    before.outbox.dispose()
    const after = hands(before.storage)
    after.time.now += 2_000
    after.outbox.flush()
    await settled()
    expect(after.sent).toEqual([])
    expect(after.outbox.undo(one.key)?.body).toBe('still held')
  })
  test('is not held forever if the clock was set back', async () => {
    const before = hands()
    before.outbox.queue({ ...draft('from the future'), hold_ms: 5_000 })
    const after = hands(before.storage)
    after.time.now -= 86_400_000
    after.outbox.flush()
    await settled()
    expect(after.sent).toEqual(['from the future'])
  })

  test('the follow-up action runs once the message is stored, even after a reload, and not if it is refused', async () => {
    const done: string[] = []
    const first = hands()
    first.outbox.queue({ ...draft('answer'), then: 'resolved' })
    await settled()
    expect(first.sent).toEqual(['answer'])
    expect(first.outbox.entries(), 'for its author it is sent').toEqual([])
    first.outbox.dispose()
    const second = hands(first.storage)
    let isUp = false
    second.outbox.follow((entry) => {
      if (isUp) done.push(`${entry.then} after ${entry.sent}`)
      return Promise.resolve(isUp ? { kind: 'done' } : { kind: 'later', ms: 1_000 })
    })
    await settled()
    expect(done).toEqual([])
    isUp = true
    await second.pass(1_000)
    expect(done).toEqual(['resolved after 1'])
    second.outbox.flush()
    await settled()
    expect(done).toHaveLength(1)
    expect(second.sent, 'it is not sent again').toEqual([])

    const refused = hands(memoryStorage(), () => Promise.resolve({ kind: 'refused', code: 'stale' }))
    refused.outbox.follow(() => { done.push('never'); return Promise.resolve({ kind: 'done' }) })
    const one = refused.outbox.queue({ ...draft('stale'), then: 'resolved' })
    await settled()
    expect(done).toHaveLength(1)
    expect(refused.outbox.discard(one.key)?.body, 'nothing is lost').toBe('stale')
  })
})
