// Tests of uploads: a file is uploaded once, whatever happens to the connection, the page and the reservation.

import { describe, expect, test } from 'vitest'
import type { QueuedFile } from '../src/outbox/files.ts'
import type { Problem } from '../src/protocol/model.ts'
import type { NewUpload, Upload } from '../src/protocol/generated.ts'
import type { Result } from '../src/rest/request.ts'
import type { ByteStore, PutBytes, PutOutcome } from '../src/uploads/bytes.ts'
import { createEngine, type EngineParts, type UploadState } from '../src/uploads/engine.ts'
import { settled } from './help/page.ts'
import { manualClock } from './help/ticket-server.ts'

const BYTES = new Blob(['0123456789'])
const file = (key: string, more: Partial<QueuedFile> = {}): QueuedFile => ({ key, name: `${key}.txt`, content_type: 'text/plain', size_bytes: 10, ticket: 't1', internal: false, begun_at: 0, ...more })
const problem = (code: Problem['code'], retry_after_ms: number | null = null): Problem => ({ status: 400, code, title: '', retry_after_ms, head: null })

/** A server that keeps uploads by the key of their reservation. */
function uploadServer() {
  const uploads = new Map<string, Upload>()
  const reserved: NewUpload[] = []
  const discarded: string[] = []
  let refusal: Problem | null = null
  const rest = {
    reserve(body: NewUpload): Promise<Result<Upload>> {
      reserved.push(body)
      if (refusal !== null) return Promise.resolve({ ok: false, problem: refusal })
      const upload = uploads.get(body.key) ?? { id: `id-${uploads.size + 1}`, name: body.name, content_type: '', size_bytes: body.size_bytes, state: 'reserved' as const, is_internal: body.is_internal === true, ticket: body.ticket ?? null, expires_at: '' }
      uploads.set(body.key, upload)
      return Promise.resolve({ ok: true, value: upload })
    },
    discard(id: string): Promise<Result<null>> {
      discarded.push(id)
      return Promise.resolve({ ok: true, value: null })
    },
  }
  return {
    rest, reserved, discarded, uploads,
    refuse: (next: Problem | null) => { refusal = next },
    store(id: string) { for (const [key, one] of uploads) if (one.id === id) uploads.set(key, { ...one, state: 'stored' }) },
    forget: (id: string) => { for (const [key, one] of uploads) if (one.id === id) uploads.delete(key) },
  }
}

/** Simulated requests, which the test answers. */
function wire() {
  const sends: { readonly path: string; readonly bearer: string; readonly bytes: Blob; readonly progress: (sent: number) => void; readonly end: (outcome: PutOutcome) => void; isCancelled: boolean }[] = []
  const put: PutBytes = (path, bearer, bytes, progress) => {
    let end: (outcome: PutOutcome) => void = () => {}
    const outcome = new Promise<PutOutcome>((resolve) => { end = resolve })
    const one = { path, bearer, bytes, progress, end, isCancelled: false }
    sends.push(one)
    return { outcome, cancel: () => { one.isCancelled = true; end({ kind: 'cut' }) } }
  }
  return { put, sends }
}

export function memoryBytes(isKept = true): ByteStore & { readonly held: Map<string, Blob> } {
  const held = new Map<string, Blob>()
  return {
    held,
    get: (key) => Promise.resolve(held.get(key) ?? null),
    put: (key, bytes) => { held.set(key, bytes); return Promise.resolve(isKept) },
    remove: (key) => { held.delete(key); return Promise.resolve() },
    keys: () => Promise.resolve([...held.keys()]),
  }
}

function desk(more: Partial<EngineParts> = {}) {
  const [server, net, time, bytes] = [uploadServer(), wire(), manualClock(), memoryBytes()]
  let tokens = 0
  const engine = createEngine({ rest: server.rest, token: (fresh) => Promise.resolve(`token-${fresh ? ++tokens : tokens}`), put: net.put, bytes, lock: (_name, run) => run(), time, random: () => 0, ...more })
  const seen: UploadState['kind'][] = []
  engine.onChange((key) => { const state = engine.state(key); if (state !== null && seen.at(-1) !== state.kind) seen.push(state.kind) })
  const stored = (at: number) => {
    const id = net.sends[at]?.path.split('/').at(-1) ?? ''
    server.store(id)
    net.sends[at]?.end({ kind: 'answered', status: 200, body: {} })
  }
  return { engine, server, net, time, bytes, seen, stored }
}

describe('an upload', () => {
  test('is reserved, sent with progress, and complete', async () => {
    const { engine, server, net, seen, stored, bytes } = desk()
    engine.start(file('a', { internal: true }), BYTES)
    await settled()
    expect(server.reserved).toEqual([{ key: 'a', name: 'a.txt', size_bytes: 10, content_type: 'text/plain', ticket: 't1', is_internal: true }])
    expect(net.sends.map(({ path, bearer }) => [path, bearer])).toEqual([['/v1/uploads/id-1', 'token-0']])
    net.sends[0]?.progress(4)
    expect(engine.state('a')).toEqual({ kind: 'sending', sent: 4 })
    stored(0)
    await settled()
    expect(engine.state('a')).toEqual({ kind: 'stored', id: 'id-1' })
    expect(seen).toEqual(['waiting', 'sending', 'stored'])
    expect(bytes.held.has('a'), 'kept until its message is stored').toBe(true)
    engine.release('a')
    expect([bytes.held.size, engine.state('a')]).toEqual([0, null])
  })
  test('that was cut is repeated under the same key, with growing pauses, and at once when there is a connection', async () => {
    const { engine, server, net, time, stored } = desk()
    engine.start(file('a'), BYTES)
    const pauses: (number | null)[] = []
    for (let n = 0; n < 4; n++) {
      await settled()
      net.sends[n]?.progress(6)
      net.sends[n]?.end({ kind: 'cut' })
      await settled()
      expect(engine.state('a')?.kind).toBe('pausing')
      pauses.push(time.next())
      if (n < 3) time.pass(time.next() ?? 0)
    }
    expect(pauses).toEqual([200, 400, 800, 1_600])
    engine.nudge()
    await settled()
    stored(4)
    await settled()
    expect(engine.state('a')?.kind).toBe('stored')
    expect(new Set(server.reserved.map(({ key }) => key))).toEqual(new Set(['a']))
  })
  test('whose answer was lost is not sent again: the reservation says that the server has it', async () => {
    const { engine, server, net, time } = desk()
    engine.start(file('a'), BYTES)
    await settled()
    server.store('id-1')
    net.sends[0]?.end({ kind: 'cut' })
    await settled()
    time.pass(time.next() ?? 0)
    await settled()
    expect([engine.state('a')?.kind, net.sends.length]).toEqual(['stored', 1])
  })
  test('continues after a reload from the stored bytes, and is lost without them', async () => {
    const { engine, net, bytes } = desk()
    await bytes.put('a', BYTES)
    engine.start(file('a'))
    engine.start(file('b'))
    await settled()
    expect(net.sends.map(({ bytes: sent }) => sent)).toEqual([BYTES])
    expect(engine.state('b')).toEqual({ kind: 'lost' })
  })
  test('whose reservation the server has forgotten is reserved anew, with another key', async () => {
    const { engine, server, net, stored } = desk()
    engine.start(file('a'), BYTES)
    await settled()
    server.forget('id-1')
    net.sends[0]?.end({ kind: 'answered', status: 404, body: { type: 'about:blank', title: '', status: 404, code: 'not_found' } })
    await settled()
    stored(1)
    await settled()
    expect(engine.state('a')?.kind).toBe('stored')
    expect(server.reserved.map(({ key }) => key)).toEqual(['a', 'a-1'])
  })
  test('a busy server is asked again when it says', async () => {
    const { engine, server, net, time } = desk()
    server.refuse(problem('overloaded', 7_000))
    engine.start(file('a'), BYTES)
    await settled()
    expect([engine.state('a')?.kind, time.next()]).toEqual(['waiting', 7_000])
    server.refuse(null)
    time.pass(7_000)
    await settled()
    net.sends[0]?.end({ kind: 'answered', status: 409, body: { type: 'about:blank', title: '', status: 409, code: 'upload_in_progress' } })
    await settled()
    expect(engine.state('a')?.kind, 'another connection still sends it, so this is not “no connection”').toBe('waiting')
    time.pass(time.next() ?? 0)
    await settled()
    net.sends[1]?.end({ kind: 'cut' })
    await settled()
    expect(engine.state('a')?.kind).toBe('pausing')
  })
  test.each(['quota_exceeded', 'too_many_uploads', 'too_large', 'ticket_closed'] as const)('refused as %s waits for the person, who can try again', async (code) => {
    const { engine, server, net, time } = desk()
    server.refuse(problem(code))
    engine.start(file('a'), BYTES)
    await settled()
    expect(engine.state('a')).toMatchObject({ kind: 'refused', problem: { code } })
    expect(time.next()).toBeNull()
    server.refuse(null)
    engine.retry('a')
    await settled()
    expect(net.sends).toHaveLength(1)
  })
  test('an expired token is renewed once', async () => {
    const { engine, net, stored } = desk()
    engine.start(file('a'), BYTES)
    await settled()
    net.sends[0]?.end({ kind: 'answered', status: 401, body: {} })
    await settled()
    expect(net.sends.map(({ bearer }) => bearer)).toEqual(['token-0', 'token-1'])
    stored(1)
    await settled()
    expect(engine.state('a')?.kind).toBe('stored')
  })
  test('on which no byte leaves for a minute is cut and repeated', async () => {
    const { engine, net, time } = desk()
    engine.start(file('a'), BYTES)
    await settled()
    time.pass(59_000)
    net.sends[0]?.progress(5)
    time.pass(59_000)
    expect(net.sends[0]?.isCancelled).toBe(false)
    time.pass(1_000)
    expect(net.sends[0]?.isCancelled).toBe(true)
    await settled()
    expect(engine.state('a')?.kind).toBe('pausing')
  })
  test('of a file that was deleted on the device is lost, not repeated for ever', async () => {
    const unreadable = { slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')) }) }
    const bytes = { ...memoryBytes(), get: () => Promise.resolve(Object.assign(Object.create(Blob.prototype), unreadable)) }
    const { engine, net } = desk({ bytes })
    engine.start(file('a'))
    await settled()
    net.sends[0]?.end({ kind: 'cut' })
    await settled()
    expect(engine.state('a')).toEqual({ kind: 'lost' })
  })
  test('that is cancelled is deleted at the server and on the device, also while it is reserved', async () => {
    const { engine, server, net, bytes } = desk()
    engine.start(file('a'), BYTES)
    await settled()
    engine.cancel('a')
    await settled()
    expect([net.sends[0]?.isCancelled, bytes.held.size, engine.state('a')]).toEqual([true, 0, null])
    expect(server.discarded, 'once: a second request would be refused').toEqual(['id-1'])
    let answer: (result: Result<Upload>) => void = () => {}
    const slow = desk({ rest: { ...server.rest, reserve: () => new Promise((resolve) => { answer = resolve }) } })
    slow.engine.start(file('b'), BYTES)
    await settled()
    slow.engine.cancel('b')
    answer(await server.rest.reserve({ key: 'b', name: 'b', size_bytes: 10 }))
    await settled()
    expect([slow.net.sends.length, server.discarded]).toEqual([0, ['id-1', 'id-2']])
  })
  test('at most two run at the same time, in the order of choosing', async () => {
    const { engine, net, stored } = desk()
    for (const key of ['a', 'b', 'c', 'd']) engine.start(file(key), BYTES)
    await settled()
    expect(net.sends).toHaveLength(2)
    stored(0)
    await settled()
    expect(net.sends.map(({ path }) => path)).toEqual(['/v1/uploads/id-1', '/v1/uploads/id-2', '/v1/uploads/id-3'])
  })
  test('that another tab sends waits for that tab, and then is complete without being sent again', async () => {
    const queue: (() => Promise<void>)[] = []
    const { engine, server, net } = desk({ lock: (_name, run) => { queue.push(run); return new Promise(() => {}) } })
    engine.start(file('a'))
    await settled()
    expect([engine.state('a')?.kind, net.sends.length], 'not lost, although this tab has no bytes').toEqual(['waiting', 0])
    await server.rest.reserve({ key: 'a', name: 'a.txt', size_bytes: 10 })
    server.store('id-1')
    await queue[0]?.()
    expect([engine.state('a')?.kind, net.sends.length]).toEqual(['stored', 0])
  })
  test('without its bytes in the browser’s storage would be lost with the page, until it is complete', async () => {
    const { engine, net, stored } = desk({ bytes: memoryBytes(false) })
    engine.start(file('a'), BYTES)
    await settled()
    expect([engine.isUnkept(), net.sends.length]).toEqual([true, 1])
    stored(0)
    await settled()
    expect(engine.isUnkept()).toBe(false)
  })
})

describe('a message’s files', () => {
  test('are complete when the last one is, in their order', async () => {
    const { engine, stored } = desk()
    const files = [file('a'), file('b')]
    for (const one of files) engine.start(one, BYTES)
    let ids: unknown = null
    void engine.complete(files).then((completion) => { ids = completion })
    await settled()
    stored(1)
    await settled()
    expect(ids).toBeNull()
    stored(0)
    await settled()
    expect(ids).toEqual({ kind: 'ready', ids: ['id-1', 'id-2'] })
  })
  test('are refused or gone as soon as one of them is', async () => {
    const { engine, server } = desk()
    server.refuse(problem('quota_exceeded'))
    expect(await engine.complete([file('a')])).toMatchObject({ kind: 'refused', problem: { code: 'quota_exceeded' } })
    server.refuse(null)
    expect(await engine.complete([file('lost')])).toMatchObject({ kind: 'refused', problem: { code: 'attachment_not_found' } })
    engine.start(file('b'), BYTES)
    const completion = engine.complete([file('b')])
    engine.cancel('b')
    expect(await completion).toEqual({ kind: 'gone' })
  })
  test('that the server did not find are uploaded again', async () => {
    const { engine, server, net, stored } = desk()
    engine.start(file('a'), BYTES)
    await settled()
    stored(0)
    await settled()
    engine.anew(file('a'))
    await settled()
    expect([server.reserved.at(-1)?.key, net.sends.length]).toEqual(['a-1', 2])
  })
})

test('nothing is sent or told after the person has left', async () => {
  const { engine, net, time, seen } = desk()
  engine.start(file('a'), BYTES)
  await settled()
  net.sends[0]?.end({ kind: 'cut' })
  await settled()
  const before = seen.length
  engine.dispose()
  time.pass(60_000)
  await settled()
  expect([net.sends.length, seen.length]).toEqual([1, before])
})
