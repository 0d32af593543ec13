// Tests of a person's files: drafts keep them, messages take them along, and other tabs and reloads lose none.

import { signal } from '@preact/signals'
import { afterEach, describe, expect, test } from 'vitest'
import { memoryStorage } from '../src/client/browser.ts'
import { openBytes, putBytes } from '../src/client/browser-files.ts'
import { draftName, filesItem, filesOf, keptFiles, NEW_TICKET, setFiles } from '../src/client/draft-files.ts'
import { createFileAccess, type FileAccess } from '../src/client/file-access.ts'
import { sorted } from '../src/client/file-limits.ts'
import { createFiles, type Files, type FilesParts } from '../src/client/files.ts'
import { createFirstFiles } from '../src/client/first-files.ts'
import { withFiles } from '../src/client/new-ticket-files.ts'
import { openFiles } from '../src/client/open-files.ts'
import { tokenFrom } from '../src/client/page-auth.ts'
import { firstAccess, hasFirstFiles, holdAccess } from '../src/client/send-first.ts'
import { sendWithFiles } from '../src/client/send-files.ts'
import type { SessionState } from '../src/connection/session.ts'
import type { Json } from '../src/protocol/narrow.ts'
import { createOutboxStore, type KeyValue, type Queued } from '../src/outbox/store.ts'
import type { PutBytes } from '../src/uploads/bytes.ts'
import { settled, testPage } from './help/page.ts'
import { scriptedServer, sessionTo, until, welcome } from './help/scripted-server.ts'
import { manualClock } from './help/ticket-server.ts'

const LIMITS = { count: 3, bytes: 100 }
const chosen = (name: string, size = 10) => ({ name, size, type: 'image/png', bytes: new Blob(['x'.repeat(size)]) })
const REPLY = { draft: draftName('t1', 'message'), ticket: 't1', internal: false, position: 4 }
const NOTE = { draft: draftName('t1', 'note'), ticket: 't1', internal: true, position: 4 }

/** The answers of a server that accepts every upload, or refuses the reservations with `code`. */
function desk(storage: KeyValue = memoryStorage(), more: Partial<FilesParts> = {}) {
  const requests: { readonly path: string; readonly method: string; readonly body: unknown }[] = []
  const stored = new Set<string>()
  const held = new Map<string, Blob>()
  let [n, code] = [0, '']
  const browser = testPage()
  const put: PutBytes = (path) => {
    stored.add(path.split('/').at(-1) ?? '')
    return { outcome: Promise.resolve({ kind: 'answered', status: 200, body: {} }), cancel() {} }
  }
  const parts: FilesParts = {
    user: 'ada',
    request: async (path, { method = 'GET', body }, decode) => {
      requests.push({ path, method, body })
      if (code !== '') return { ok: false, problem: { status: 422, code: 'quota_exceeded', title: '', retry_after_ms: null, head: null } }
      const key = typeof body === 'object' && body !== null && 'key' in body ? String(body.key) : ''
      const value = decode(path.endsWith('/preview') ? new Blob(['picture']) : { id: `up-${key}`, name: 'n', content_type: '', size_bytes: 1, state: stored.has(`up-${key}`) ? 'stored' : 'reserved', is_internal: false, ticket: null, expires_at: '' })
      return value === null || value === undefined ? { ok: false, problem: { status: 200, code: 'unreadable', title: '', retry_after_ms: null, head: null } } : { ok: true, value }
    },
    token: () => Promise.resolve('token'),
    put,
    bytes: {
      get: (key) => Promise.resolve(held.get(key) ?? null),
      put: (key, bytes) => { held.set(key, bytes); return Promise.resolve(true) },
      remove: (key) => { held.delete(key); return Promise.resolve() },
      keys: () => Promise.resolve([...held.keys()]),
    },
    storage,
    unsent: () => [],
    lock: (_name, run) => run(),
    time: manualClock(),
    random: () => 0,
    newKey: () => `k${++n}`,
    page: browser.page,
    ...more,
  }
  const files = createFiles(parts)
  open.push(files)
  return { files, requests, held, browser, storage, refuse: (by: string) => { code = by } }
}

const open: Files[] = []
afterEach(() => { for (const files of open.splice(0)) files.dispose() })

describe('limits are told before anything is uploaded', () => {
  test('each file that a message cannot have is named with its reason', () => {
    const result = sorted([{ name: 'a', size: 10 }, { name: 'folder', size: 4_096, isFolder: true }, { name: 'empty', size: 0 }, { name: 'large', size: 101 }, { name: 'b', size: 100 }, { name: 'c', size: 1 }], 1, LIMITS)
    expect(result.added.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(result.away).toEqual([{ name: 'folder', why: 'folder' }, { name: 'empty', why: 'empty' }, { name: 'large', why: 'large' }, { name: 'c', why: 'many' }])
  })
  test('the eleventh file is not reserved', async () => {
    const { files, requests } = desk()
    expect(files.add(REPLY, ['a', 'b', 'c', 'd'].map((name) => chosen(name)), LIMITS)).toEqual([{ name: 'd', why: 'many' }])
    await settled()
    expect(requests.map(({ method }) => method)).toEqual(['POST', 'POST', 'POST'])
  })
})

describe('the files of a draft', () => {
  test('are kept across a reload, and continue', async () => {
    const storage = memoryStorage()
    const before = desk(storage)
    before.files.add(REPLY, [chosen('a.png')], LIMITS)
    await settled()
    expect([keptFiles('ada', storage)(REPLY.draft), hasFirstFiles('ada', storage)]).toEqual([true, false])
    before.files.dispose()
    expect(filesOf(REPLY.draft), 'the next person does not see them').toEqual([])
    const after = desk(storage)
    expect(filesOf(REPLY.draft).map(({ name }) => name)).toEqual(['a.png'])
    after.files.resume(REPLY.draft)
    await settled()
    // This device has no bytes any more in this test, and the server does not know the file.
    expect(after.files.states.value.get('k1')?.kind).toBe('lost')
  })
  test('of a note and of a reply are separate, and only the note’s are reserved as internal', async () => {
    const { files, requests } = desk()
    files.add(REPLY, [chosen('reply.png')], LIMITS)
    files.add(NOTE, [chosen('note.png')], LIMITS)
    await settled()
    expect([filesOf(REPLY.draft), filesOf(NOTE.draft)].map((list) => list.map(({ name, internal }) => [name, internal]))).toEqual([[['reply.png', false]], [['note.png', true]]])
    expect(requests.map(({ body }) => body)).toMatchObject([{ name: 'reply.png' }, { name: 'note.png', is_internal: true }])
    expect(requests[0]?.body).not.toHaveProperty('is_internal')
  })
  test('are removed in this tab when another tab has sent them', async () => {
    const { files, browser, storage } = desk()
    files.add(REPLY, [chosen('a.png')], LIMITS)
    storage.removeItem(filesItem('ada', REPLY.draft))
    browser.fire('storage', { key: filesItem('ada', REPLY.draft) })
    expect(filesOf(REPLY.draft)).toEqual([])
  })
  test('can be removed: their uploads are deleted at the server', async () => {
    const { files, requests, held } = desk()
    files.add(REPLY, [chosen('a.png')], LIMITS)
    await settled()
    files.remove(REPLY.draft, 'k1')
    await settled()
    expect(requests.at(-1)).toMatchObject({ method: 'DELETE', path: '/v1/uploads/up-k1' })
    expect([filesOf(REPLY.draft), held.size, keptFiles('ada', memoryStorage())(REPLY.draft)]).toEqual([[], 0, false])
  })
  test('come back with a refused message, and are uploaded again if the server did not accept them', async () => {
    const { files, requests } = desk()
    files.add(REPLY, [chosen('a.png')], LIMITS)
    await settled()
    const sent = filesOf(REPLY.draft)
    setFiles(REPLY.draft, [])
    files.putBack(REPLY.draft, sent, false)
    expect([filesOf(REPLY.draft), requests.length]).toEqual([sent, 1])
    files.putBack(REPLY.draft, sent, true)
    await settled()
    expect(filesOf(REPLY.draft)).toEqual(sent)
    expect(requests.at(-1)?.body).toMatchObject({ key: 'k1-1' })
  })
  test('leave no bytes behind that no draft and no unsent message has', async () => {
    const held = new Map([['old', new Blob(['x'])], ['queued', new Blob(['y'])]])
    const entry = { files: [{ key: 'queued', name: 'q', content_type: '', size_bytes: 1, ticket: 't1', internal: false, begun_at: 0 }] }
    const bytes = { get: (key: string) => Promise.resolve(held.get(key) ?? null), put: () => Promise.resolve(true), remove: (key: string) => { held.delete(key); return Promise.resolve() }, keys: () => Promise.resolve([...held.keys()]) }
    desk(memoryStorage(), { bytes, unsent: () => [{ ...queued([]), ...entry }] })
    await settled()
    expect([...held.keys()]).toEqual(['queued'])
  })
  test('that would be lost with the page keep it from closing', async () => {
    const hanging: PutBytes = () => ({ outcome: new Promise(() => {}), cancel() {} })
    const { files, browser } = desk(memoryStorage(), { put: hanging, bytes: openBytes('ada') })
    files.add(REPLY, [chosen('a.png')], LIMITS)
    await settled()
    expect([files.isUnkept(), browser.fire('beforeunload')]).toEqual([true, true])
  })
})

test('a preview is loaded once, and again after a failure', async () => {
  const { files, requests, refuse } = desk()
  refuse('quota_exceeded')
  expect(await files.preview('f1')).toBeNull()
  refuse('')
  const [one, two] = await Promise.all([files.preview('f1'), files.preview('f1')])
  expect(one).toBe(two)
  expect(requests.map(({ path }) => path)).toEqual(['/v1/attachments/f1/preview', '/v1/attachments/f1/preview'])
})

const outboxWith = (entry: Queued | null) => ({ entries: () => (entry === null ? [] : [entry]) })

function queued(files: Queued['files']): Queued {
  return { key: 'm1', ticket: 't1', number: 'TKT-1', body: '', internal: false, based_on: null, at: '', order: 1, refused: null, hold_until: null, paused: false, files, then: null, sent: null }
}

describe('an unsent message', () => {
  const access = (files: Files, isOffered = true): FileAccess => ({ isOffered: signal(isOffered), limits: signal(LIMITS), whenKnown: () => Promise.resolve(), origin: '', isKept: () => false, load: () => Promise.resolve(files), dispose() {} })

  test('keeps its files across a reload; one that an older build stored has none', () => {
    const storage = memoryStorage()
    const entry = queued([{ key: 'k', name: 'a', content_type: '', size_bytes: 1, ticket: null, internal: true, begun_at: 0 }])
    createOutboxStore(storage, 'ada').put(entry)
    expect(createOutboxStore(storage, 'ada').get('m1')).toEqual(entry)
    const { files: _, ...older } = entry
    storage.setItem('helpline.outbox.ada.m1', JSON.stringify(older))
    expect(createOutboxStore(storage, 'ada').get('m1')?.files).toEqual([])
  })
  test('waits for its uploads, then names them', async () => {
    const { sent, session } = await liveSession()
    const { files, held } = desk()
    files.add(REPLY, [chosen('a.png'), chosen('b.png')], LIMITS)
    expect(await sendWithFiles(session, access(files), queued(filesOf(REPLY.draft)), outboxWith(queued([])))).toEqual({ kind: 'stored', seq: 7 })
    expect(sent).toMatchObject([{ body: '', attachments: ['up-k1', 'up-k2'] }])
    expect(held.size, 'the bytes are not needed any more').toBe(0)
  })
  test('that was discarded during the upload is not sent, also if another tab uploads', async () => {
    const { sent, session } = await liveSession()
    const { files } = desk()
    files.add(REPLY, [chosen('a.png')], LIMITS)
    expect(await sendWithFiles(session, access(files), queued(filesOf(REPLY.draft)), outboxWith(null))).toEqual({ kind: 'later', ms: 0 })
    expect(sent).toEqual([])
  })
  test('is held for a server that stores no files, refused with the reason of a file, and given up with a cancelled one', async () => {
    const { session } = await liveSession()
    const { files, refuse } = desk()
    expect(await sendWithFiles(session, access(files, false), queued([]), outboxWith(queued([])))).toEqual({ kind: 'held', code: 'unknown_field' })
    refuse('quota_exceeded')
    files.add(REPLY, [chosen('a.png')], LIMITS)
    expect(await sendWithFiles(session, access(files), queued(filesOf(REPLY.draft)), outboxWith(queued([])))).toEqual({ kind: 'refused', code: 'quota_exceeded' })
    const waiting = sendWithFiles(session, access(files), queued([{ key: 'gone', name: 'g', content_type: '', size_bytes: 1, ticket: 't1', internal: false, begun_at: 0 }]), outboxWith(queued([])))
    files.drop([{ key: 'gone', name: 'g', content_type: '', size_bytes: 1, ticket: 't1', internal: false, begun_at: 0 }])
    expect((await waiting).kind).not.toBe('stored')
  })
  test('a new ticket takes the files of its draft along, which end with it', async () => {
    const { files } = desk()
    files.add({ draft: NEW_TICKET, ticket: null, internal: false, position: 0 }, [chosen('a.png')], LIMITS)
    const asked: unknown[] = []
    const result = await withFiles(access(files), (more) => { asked.push(more); return Promise.resolve({ ok: true, value: 'TKT-1' }) })
    expect([result.ok, asked, filesOf(NEW_TICKET)]).toEqual([true, [{ attachments: ['up-k1'] }], []])
    expect(await withFiles(access(files), (more) => Promise.resolve({ ok: true, value: more }))).toEqual({ ok: true, value: {} })
  })
})

const closings: (() => Promise<void>)[] = []
afterEach(async () => { for (const close of closings.splice(0)) await close() })

/** A session to a server that acknowledges every message. */
async function liveSession() {
  const sent: Json[] = []
  const server = await scriptedServer((link, frame) => {
    if (frame['type'] === 'hello') welcome(link, frame)
    if (frame['type'] !== 'send') return
    sent.push(frame)
    link.say({ type: 'ack', id: frame['id'], key: frame['key'], seq: 7, at: '2026-01-01T00:00:00Z', duplicate: false })
  })
  const { session } = sessionTo(server.url)
  session.start()
  closings.push(async () => {
    session.stop()
    await server.close()
  })
  await until('live', () => session.state().kind === 'live')
  return { sent, session }
}

describe('whether files can be attached', () => {
  const live = (features: readonly string[]): SessionState => ({ kind: 'live', user: { id: 'ada', name: 'Ada', email: null }, role: null, features, limits: { body_bytes_max: 1, frame_bytes_max: 1, attachments_max: 4, attachment_bytes_max: 9, subscriptions_max: 1, frames_per_second: 1, typing_interval_ms: 1, typing_fade_ms: 1 } })

  test('is what the server said last, also while there is no connection', () => {
    const connection = signal<SessionState>(live(['attachments']))
    const access = createFileAccess('http://desk.test', () => false, connection, () => Promise.reject(new Error('not loaded')))
    expect([access.isOffered.value, access.limits.value]).toEqual([true, { count: 4, bytes: 9 }])
    connection.value = { kind: 'connecting', attempt: 1 }
    expect(access.isOffered.value).toBe(true)
    connection.value = live([])
    expect(access.isOffered.value).toBe(false)
  })
  test('code that could not be loaded is loaded again', async () => {
    let tries = 0
    const access = createFileAccess('', () => false, signal<SessionState>(live([])), () => { tries++; return Promise.reject(new Error('offline')) })
    await expect(access.load()).rejects.toThrow('offline')
    await expect(access.load()).rejects.toThrow('offline')
    expect(tries).toBe(2)
  })
  test('is in the server’s settings for a customer without tickets', async () => {
    const config = { features: ['attachments'], limits: { count: 2, bytes: 5 } }
    const rest = { request: () => Promise.reject(new Error('none')), token: () => Promise.resolve(null), hasTickets: () => Promise.reject(new Error('none')), availability: () => Promise.reject(new Error('none')), createTicket: () => Promise.reject(new Error('none')) }
    const access = createFirstFiles('ada', rest, Promise.resolve(config), memoryStorage(), () => Promise.resolve(desk().files), testPage().page)
    await access.whenKnown()
    expect([access.isOffered.value, access.limits.value, access.isKept('new')]).toEqual([true, { count: 2, bytes: 5 }, false])
    const away = createFirstFiles('ada', rest, Promise.resolve(null), memoryStorage(), () => Promise.resolve(desk().files), testPage().page)
    await away.whenKnown()
    expect(away.isOffered.value).toBe(false)
  })
})

test('the first message’s files are those of the person who writes it, and another person’s end', () => {
  const ended: string[] = []
  const access = (name: string): FileAccess => ({ isOffered: signal(true), limits: signal(LIMITS), whenKnown: () => Promise.resolve(), origin: '', isKept: () => false, load: () => Promise.reject(new Error(name)), dispose: () => { ended.push(name) } })
  const [ada, carl] = [{}, {}]
  const [own, live] = [access('own'), access('live')]
  expect(firstAccess(ada)).toBeNull()
  holdAccess(ada, own)
  holdAccess(ada, own)
  expect([firstAccess(ada), firstAccess(carl), ended]).toEqual([own, null, []])
  holdAccess(ada, live)
  expect(ended).toEqual(['own'])
  holdAccess(carl, access('carl'))
  expect([firstAccess(ada), ended]).toEqual([null, ['own', 'live']])
})

describe('the browser', () => {
  test('without a database, bytes stay in memory, and are said to be lost with the page', async () => {
    const bytes = openBytes('ada')
    const blob = new Blob(['x'])
    expect(await bytes.put('a', blob)).toBe(false)
    expect([await bytes.get('a'), await bytes.get('b'), await bytes.keys()]).toEqual([blob, null, ['a']])
    await bytes.remove('a')
    expect(await bytes.get('a')).toBeNull()
  })
  test('sends bytes with the person’s token and reports how many have left; a broken connection is no answer', async () => {
    const requests: FakeRequest[] = []
    class FakeRequest extends EventTarget {
      readonly upload = new EventTarget()
      readonly headers: string[] = []
      status = 200
      responseText = '{"state":"stored"}'
      constructor() { super(); requests.push(this) }
      open(...args: string[]) { this.headers.push(args.join(' ')) }
      setRequestHeader(name: string, value: string) { this.headers.push(`${name}: ${value}`) }
      send() {}
      abort() { this.dispatchEvent(new Event('abort')) }
    }
    const before = Reflect.get(globalThis, 'XMLHttpRequest')
    Reflect.set(globalThis, 'XMLHttpRequest', FakeRequest)
    try {
      const sent: number[] = []
      const put = putBytes('http://desk.test')
      const one = put('/v1/uploads/u1', 'token', new Blob(['x']), (n) => sent.push(n))
      requests[0]?.upload.dispatchEvent(Object.assign(new Event('progress'), { loaded: 3 }))
      requests[0]?.dispatchEvent(new Event('load'))
      expect(await one.outcome).toEqual({ kind: 'answered', status: 200, body: { state: 'stored' } })
      expect([requests[0]?.headers[0], requests[0]?.headers[1], sent]).toEqual(['PUT http://desk.test/v1/uploads/u1', 'authorization: Bearer token', [3]])
      const two = put('/v1/uploads/u2', 'token', new Blob(['x']), () => {})
      two.cancel()
      expect(await two.outcome).toEqual({ kind: 'cut' })
    } finally {
      Reflect.set(globalThis, 'XMLHttpRequest', before)
    }
  })
  test('the parts are connected', () => {
    const files = openFiles('http://desk.test', { user: 'ada', request: () => Promise.reject(new Error('none')), token: () => Promise.resolve(null), storage: memoryStorage(), unsent: null }, testPage().page)
    open.push(files)
    expect(files.states.value.size).toBe(0)
  })
})

test('a page’s tokens come from the platform; 401 and 403 mean that no one is signed in', async () => {
  const token = (status: number, body: unknown = {}) => tokenFrom('/token', testPage({ answer: () => ({ status, body }) }).page)()
  expect([await token(200, { token: 'abc' }), await token(401), await token(403)]).toEqual(['abc', null, null])
  await expect(token(500)).rejects.toThrow('no token')
})
